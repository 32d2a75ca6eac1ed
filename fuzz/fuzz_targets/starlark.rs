//! The files of a project, evaluated. The input is one unit; the text after a NUL is a class that it can load.

#![no_main]

use std::fs;

use libfuzzer_sys::fuzz_target;
use yoe_lang::{Options, load};

const FILES: [(&str, &str); 4] = [
    ("PROJECT.star", "project(name = \"example\", machine = \"board\")\n"),
    (
        "machines/board.star",
        "machine(name = \"board\", arch = \"x86_64\", kernel = kernel(unit = \"linux\"))\n",
    ),
    (
        "containers/tools.star",
        "container(name = \"tools\", packages = [\"make\"], keys = [\"41587F7DB8C774BCCF131416762F67A0B2C39DE4\"])\n",
    ),
    (
        "units/kernel/linux.star",
        "unit(name = \"linux\", version = \"6.12\", description = \"A kernel\", license = \"GPL-2.0-only\", container = \"tools\", \
         tasks = [task(\"build\", steps = [\"make\"])])\n",
    ),
];

fuzz_target!(init: yoe_fuzz::seeds(seeds), |data: &[u8]| {
    let end = data.iter().position(|byte| *byte == 0).unwrap_or(data.len());
    let (unit, class) = (&data[..end], data.get(end + 1..).unwrap_or_default());
    yoe_fuzz::in_directory(|root| {
        let write = |path: &str, bytes: &[u8]| {
            let path = root.join(path);
            fs::create_dir_all(path.parent().expect("it has one")).expect("there is room");
            fs::write(path, bytes).expect("there is room");
        };
        FILES.iter().for_each(|(path, text)| write(path, text.as_bytes()));
        write("units/apps/foo.star", unit);
        write("classes/program.star", class);
        if let Err(problems) = load(root, &Options::default()) {
            let message = problems.to_string();
            assert!(!message.contains("a mistake in yoe"), "{message}");
        }
    });
});

fn seeds() -> Vec<Vec<u8>> {
    let unit = "load(\"//classes/program.star\", \"program\")\nprogram(\n    name = \"foo\",\n    version = \"1.0\",\n    \
                description = \"An example with an \u{e9}\",\n    license = \"MIT OR (ISC AND Zlib)\",\n    \
                source = [debian_source(\"musl\", \"1.2.5-3\", into = \"x\"), path(\"./\")],\n    deps = [\"linux\"] * 2,\n    \
                services = [service(name = \"a\", command = [\"/bin/a\"], limits = {\"nofile\": 1024})],\n    \
                environment = {k: v for k, v in [(\"A\", \"b\"), (\"C\", ctx.arch)]},\n    \
                tasks = [task(\"build\", steps = [\"make\", symlink(\"a\", \"/b\"), f\"{ctx}\"])],\n)\n";
    let class = "def program(name, **kwargs):\n    \"\"\"A program.\"\"\"\n    for i in range(3):\n        if i > 1:\n            pass\n    \
                 unit(name = name, container = \"tools\", **kwargs)\n";
    let go = "unit(name = \"foo\", version = \"1.0\", description = \"x\", license = \"MIT\", container = \"tools\", \
              source = go_module(\"example.org/x\", stubs = {\"a\": \"example.org/a\"}), tasks = [task(\"a\", steps = [install_file(\"a\", \"/b\")])])\n";
    vec![format!("{unit}\0{class}").into_bytes(), go.into()]
}
