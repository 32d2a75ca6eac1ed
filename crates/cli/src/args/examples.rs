//! Examples for the help of each command. A test parses every one of them.

use std::fmt::Write as _;

/// Commands with lines that a user may type, and what each does.
#[rustfmt::skip]
pub const EXAMPLES: &[(&str, &[(&str, &str)])] = &[
    ("init", &[
        ("yoe init . --module-path ../yoe", "Start a project in this directory, with modules of a clone"),
    ]),
    ("build", &[
        ("yoe build", "Build the project's image"),
        ("yoe build xz --dry-run", "Show what a build of xz would do, and why"),
        ("yoe build container-host-image --print-path", "Build an image and print where it is"),
    ]),
    ("run", &[
        ("yoe run", "Boot the project's image; Ctrl-A X ends it"),
        ("yoe run container-host-image -- nerdctl version", "Run one command on the device, then switch it off"),
        ("yoe run dev-image --ssh", "Let `yoe ssh` log in to the device"),
        ("yoe run --forward 8080:80 --memory 1G", "Reach port 80 of the device at port 8080 of this host"),
    ]),
    ("ssh", &[
        ("yoe ssh", "A shell on the device that `yoe run --ssh` runs in another terminal"),
        ("yoe ssh dev-image -- nerdctl ps", "One command on one of several devices"),
        ("yoe ssh --list", "Which devices run"),
    ]),
    ("deploy", &[
        ("yoe deploy chrony", "Build a unit and put it onto the device that `yoe run --ssh` runs"),
        ("yoe deploy chrony --to root@192.0.2.7", "The same on a device of the network"),
        ("yoe deploy --undo", "Be again what the image made"),
    ]),
    ("dev", &[
        ("yoe dev start busybox", "A working tree of busybox' source, its patches as commits"),
        ("yoe dev status", "Which working trees there are"),
        ("yoe dev finish busybox", "Patches of the commits, and no working tree any more"),
    ]),
    ("test", &[
        ("yoe test", "Run all tests of the project's image"),
        ("yoe test container-host-image pull", "Run the tests with pull in their name"),
        ("yoe test --list", "List the tests"),
        ("yoe test workload-image --faults 20 --budget 60", "Bring twenty faults about, for an hour at most"),
    ]),
    ("report", &[
        ("yoe report container-host-image", "Print sizes and measurements; write a page"),
        ("yoe report base-image container-host-image", "Compare images in one table"),
    ]),
    ("ui", &[
        ("yoe ui", "The project in this terminal; q ends it"),
        ("yoe ui --machine qemu-aarch64 --offline", "The same for another machine, fetching nothing"),
    ]),
    ("list", &[
        ("yoe list units", "List all units with their versions"),
        ("yoe list --state", "The same, with what is up to date and what a build would make"),
        ("yoe list images --json", "The same for programs"),
    ]),
    ("desc", &[
        ("yoe desc xz", "Version, source, licence, users and key of a unit"),
        ("yoe desc container-host-image --json", "The same of an image, for programs"),
    ]),
    ("why", &[
        ("yoe why libseccomp --in container-host-image", "How a unit comes into an image"),
        ("yoe why --rebuilt container-host-image", "Which inputs changed since the last build"),
        ("yoe why --if classes/autotools.star", "What a change of a file would rebuild"),
    ]),
    ("graph", &[
        ("yoe graph containerd --depth 2", "What a unit needs, two steps far"),
        ("yoe graph musl --reverse", "What uses a unit"),
        ("yoe graph --dot > image.dot", "The project's image for graphviz"),
    ]),
    ("log", &[
        ("yoe log xz", "What the last build of xz said"),
        ("yoe log xz --last 20", "The last twenty lines of it"),
        ("yoe log xz --previous 1 --path", "Where the log of the build before is"),
    ]),
    ("diff", &[
        ("yoe diff base-image container-host-image", "What one image holds and the other does not"),
        ("yoe diff container-host-image@main container-host-image", "What changed since a commit"),
        ("yoe diff released.manifest.json container-host-image --files", "What changed since a release, file by file"),
    ]),
    ("sbom", &[
        ("yoe sbom container-host-image --output device.cdx.json", "What an image is made of"),
    ]),
    ("licenses", &[
        ("yoe licenses container-host-image --notice NOTICE", "Licences, and the texts that go with the image"),
    ]),
    ("audit", &[
        ("yoe audit container-host-image --db advisories", "Known holes of what was built"),
        ("yoe audit device.cdx.json --db advisories", "The same of what was shipped"),
        ("yoe audit --shipped releases --cve CVE-2026-40200 --db advisories", "Which of all versions have a hole"),
        ("yoe audit container-host-image --db advisories --openvex device.openvex.json", "What becomes of each hole, for others"),
    ]),
    ("add", &[
        ("yoe add crate:ripgrep", "Write a unit for the newest version of a Rust program"),
        ("yoe add go:github.com/junegunn/fzf@v0.65.0", "Write one for a Go program"),
        ("yoe add https://github.com/krallin/tini --name container-init", "Write one for the newest tag of a repository"),
        ("yoe add apps/hello --dry-run", "Print the unit of a directory of the project"),
    ]),
    ("sources", &[
        ("yoe sources container-host-image --output sources-1.0", "Keep everything that an image is built from"),
    ]),
    ("provenance", &[
        ("yoe provenance make container-host-image --output device.intoto.jsonl", "Sign where an image comes from"),
        ("yoe provenance key > device.pub", "What others check it with"),
        ("yoe provenance check device.intoto.jsonl --key device.pub container-host-image.img", "Check a disk against it"),
    ]),
    ("verify", &[
        ("yoe verify base-image", "Make all that an image is made of again, and compare"),
        ("yoe verify container-host-image --only busybox,musl", "Only what these units give"),
    ]),
    ("flash", &[
        ("yoe flash", "Which media are there"),
        ("yoe flash container-host-image /dev/sdb", "Write an image to a stick, after a question"),
        ("yoe flash container-host-image host.img --credential-file ssh.authorized_keys.root=id.pub", "Make a file of a disk that lets root in"),
    ]),
    ("sign", &[
        ("yoe sign container-host-image --output signed", "Sign the boot programs of an image's disk"),
    ]),
    ("shell", &[
        ("yoe shell xz", "Look around where the steps of xz run"),
        ("yoe shell xz -- ls /build/steps", "Run one command there"),
    ]),
    ("lock", &[
        ("yoe lock", "Add what yoe.lock lacks"),
        ("yoe lock --update", "Resolve everything again"),
    ]),
    ("bundle", &[
        ("yoe bundle container-host-image", "Write an update as one file"),
        ("yoe bundle container-host-image --repository site", "Publish an update for any web server"),
    ]),
    ("keys", &[
        ("yoe keys make", "Create the keys that sign updates"),
        ("yoe keys list", "Show which keys are here"),
    ]),
    ("kernel", &[
        ("yoe kernel check /boot/config", "Check whether a kernel can carry container runtimes"),
    ]),
    ("store", &[
        ("yoe store size", "How much room results take, by kind and by image"),
        ("yoe store gc --days 7 --dry-run", "What would go that was not used for a week"),
        ("yoe store verify", "Check every object against its digest"),
        ("yoe store import sources-1.0", "Take what `yoe sources` wrote, so that nothing has to be fetched"),
    ]),
    ("clean", &[
        ("yoe clean --dry-run", "Show what could go"),
    ]),
    ("doctor", &[
        ("yoe doctor", "Check this machine"),
        ("yoe doctor --json", "The same for programs"),
    ]),
    ("completion", &[
        ("yoe completion bash > ~/.local/share/bash-completion/completions/yoe", "Complete commands in bash"),
        ("yoe completion zsh > ~/.zfunc/_yoe", "Complete commands in zsh"),
        ("yoe completion fish > ~/.config/fish/completions/yoe.fish", "Complete commands in fish"),
    ]),
    ("lsp", &[
        ("yoe lsp", "What an editor starts in a project; the guide has its settings"),
    ]),
    ("man", &[
        ("yoe man", "Print yoe(1), for man -l"),
        ("yoe man ~/.local/share/man/man1", "Write the pages of all commands"),
    ]),
];

/// Adds the examples to the help of each command.
pub fn add(mut command: clap::Command) -> clap::Command {
    let there: Vec<String> = command.get_subcommands().map(|command| command.get_name().to_owned()).collect();
    for (name, examples) in EXAMPLES.iter().filter(|(name, _)| there.iter().any(|there| there == name)) {
        let mut text = String::from("Examples:");
        for (line, does) in *examples {
            // Writing to a string does not fail.
            let _ = write!(text, "\n  {line}\n      {does}");
        }
        command = command.mut_subcommand(name, |command| command.after_help(text));
    }
    command
}
