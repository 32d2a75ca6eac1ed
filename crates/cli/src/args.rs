//! The command line.

use clap::{Args, Parser, Subcommand};

/// Builds packages and bootable images from source, and keeps devices up to date.
#[derive(Debug, Parser)]
#[command(name = "yoe", version, arg_required_else_help = true)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Build units, images or containers
    Build(Build),
    /// Boot an image in QEMU, with its console here
    Run(Run),
    /// Boot an image in QEMU and check what its tests say
    Test(Test),
    /// Show what an image takes and what its tests measured
    ///
    /// Prints a table and writes a page with a picture of the sizes and one of the boot. The figures are those of the
    /// newest `yoe test` of the image.
    Report(Report),
    /// Sign an image for Secure Boot with this project's own keys
    Sign(Sign),
    /// Open a unit's sandbox, as its steps see it
    Shell(Shell),
    /// Write yoe.lock: which bytes the project's names stand for
    Lock(Lock),
    /// Make a signed update of an image, for the devices that run it
    Bundle(Bundle),
    /// Look after the keys that sign updates
    Keys(Keys),
    /// Look at kernels
    Kernel(Kernel),
    /// Look after the store
    Store(Store),
}

#[derive(Debug, Args)]
pub struct Build {
    /// Names of units, images or containers [default: the project's image]
    pub targets: Vec<String>,
    /// The machine to build for [default: the project's]
    #[arg(long)]
    pub machine: Option<String>,
    /// Show what would be built and why, and build nothing
    #[arg(long)]
    pub dry_run: bool,
    /// End standard output with the artifact's path
    #[arg(long)]
    pub print_path: bool,
    /// Lay the packages into a folder that apk clients and static web servers take: DIR/ARCH/APKINDEX.tar.gz
    #[arg(long, value_name = "DIR")]
    pub repository: Option<std::path::PathBuf>,
    /// Write events as JSON, one object a line
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct Run {
    /// The image [default: the project's]
    pub image: Option<String>,
    /// The machine to run [default: the project's]
    #[arg(long)]
    pub machine: Option<String>,
    /// Sign a copy of the disk with this project's own keys, and let the firmware refuse everything else
    #[arg(long)]
    pub secure_boot: bool,
    /// What runs the device's instructions
    #[arg(long, value_enum, default_value_t)]
    pub accel: crate::accelerator::Wish,
    /// Memory of the virtual machine, such as 512M [default: the machine's]
    #[arg(long)]
    pub memory: Option<yoe_model::Size>,
    /// Size of the disk, such as 8G [default: the image's, and 2G for its data partition when it has one]
    #[arg(long)]
    pub disk: Option<yoe_model::Size>,
    /// Keep the disk in this file: it is made from the image when it is not there, and keeps what the device writes
    #[arg(long, value_name = "FILE")]
    pub disk_file: Option<std::path::PathBuf>,
    /// Forward a port of this host's loopback to the device: HOST:DEVICE
    #[arg(long = "forward", value_name = "HOST:DEVICE", value_parser = forward)]
    pub forwards: Vec<(u16, u16)>,
    /// Hand a credential to the device: NAME=VALUE, as systemd names them. Every user of this host can read a command line; for
    /// a secret take --credential-file
    #[arg(long = "credential", value_name = "NAME=VALUE", value_parser = credential)]
    pub credentials: Vec<(String, String)>,
    /// The same with what a file holds, without the line break at its end
    #[arg(long = "credential-file", value_name = "NAME=FILE", value_parser = credential)]
    pub credential_files: Vec<(String, String)>,
    /// Run this command by the device's shell once its services are ready, print what it says, and switch the device off
    #[arg(last = true, value_name = "COMMAND")]
    pub command: Vec<String>,
}

#[derive(Debug, Args)]
pub struct Test {
    /// The image [default: the project's]
    pub image: Option<String>,
    /// Only tests whose name holds this text
    pub filter: Option<String>,
    /// The machine to run [default: the project's]
    #[arg(long)]
    pub machine: Option<String>,
    /// Size of the disk, such as 8G [default: the image's, and 2G for its data partition when it has one]
    #[arg(long)]
    pub disk: Option<yoe_model::Size>,
    /// Memory of the device, such as 256M, for tests that choose none [default: the machine's]
    #[arg(long)]
    pub memory: Option<yoe_model::Size>,
    /// Sign a copy of the disk with this project's own keys, and let the firmware refuse everything else
    #[arg(long)]
    pub secure_boot: bool,
    /// What runs the device's instructions
    #[arg(long, value_enum, default_value_t)]
    pub accel: crate::accelerator::Wish,
    /// How often sweeps cut the power [default: as often as each says]
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub cuts: Option<u32>,
    /// What the moments of sweeps are drawn from: the same number gives the same moments [default: another one each time]
    #[arg(long, value_name = "NUMBER")]
    pub seed: Option<u64>,
    /// Name the tests and run none
    #[arg(long)]
    pub list: bool,
}

#[derive(Debug, Args)]
pub struct Report {
    /// The image [default: the project's]
    pub image: Option<String>,
    /// The machine that it was built for [default: the project's]
    #[arg(long)]
    pub machine: Option<String>,
    /// Write the report as JSON
    #[arg(long)]
    pub json: bool,
    /// Where to write the page [default: beside the records of the image's tests]
    #[arg(long, value_name = "FILE")]
    pub html: Option<std::path::PathBuf>,
}

#[derive(Debug, Args)]
pub struct Sign {
    /// The image [default: the project's]
    pub image: Option<String>,
    /// The machine to build for [default: the project's]
    #[arg(long)]
    pub machine: Option<String>,
    /// Where the signed disk, its kernel and the certificates to enrol are laid
    #[arg(long, value_name = "DIR")]
    pub output: std::path::PathBuf,
}

#[derive(Debug, Args)]
pub struct Shell {
    /// The unit
    pub unit: String,
    /// The machine to build for [default: the project's]
    #[arg(long)]
    pub machine: Option<String>,
    /// What to run instead of a shell
    #[arg(last = true)]
    pub command: Vec<String>,
}

#[derive(Debug, Args)]
pub struct Lock {
    /// Resolve everything anew, also what is locked already
    #[arg(long)]
    pub update: bool,
}

#[derive(Debug, Args)]
pub struct Bundle {
    /// The image [default: the project's]
    pub image: Option<String>,
    /// The machine to build for [default: the project's]
    #[arg(long)]
    pub machine: Option<String>,
    /// Publish in this folder, which any static web server can serve
    #[arg(long, value_name = "DIR")]
    pub repository: Option<std::path::PathBuf>,
    /// Take over a repository whose list was signed by keys that were replaced since; not when somebody else may have them
    #[arg(long, requires = "repository")]
    pub from_old_keys: bool,
    /// Write one file for USB sticks, local networks and web servers [default: IMAGE-MACHINE-VERSION.bundle here, unless
    /// there is a repository]
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<std::path::PathBuf>,
    /// Sign the kernel with this project's own keys for Secure Boot, as `yoe sign` does
    #[arg(long)]
    pub secure_boot: bool,
    /// Days for which a device that knows the time takes it
    #[arg(long, value_name = "DAYS", default_value_t = 365, value_parser = clap::value_parser!(u64).range(1..))]
    pub expires: u64,
}

#[derive(Debug, Args)]
pub struct Keys {
    #[command(subcommand)]
    pub command: KeysCommand,
}

#[derive(Debug, Subcommand)]
pub enum KeysCommand {
    /// Make the keys of this project's updates
    Make {
        /// Keys that may sign for a change of keys
        #[arg(long, value_name = "NUMBER", default_value_t = 1)]
        root_keys: usize,
        /// How many of them must sign
        #[arg(long, value_name = "NUMBER", default_value_t = 1)]
        root_threshold: usize,
    },
    /// List the keys, and which of them are here
    List,
    /// Replace keys by new ones: devices follow with their next update
    Rotate {
        /// Roles: root, targets, snapshot, timestamp
        #[arg(required = true)]
        roles: Vec<String>,
    },
    /// Write the public part, which images hold
    Export {
        /// The file
        file: std::path::PathBuf,
    },
}

#[derive(Debug, Args)]
pub struct Kernel {
    #[command(subcommand)]
    pub command: KernelCommand,
}

#[derive(Debug, Subcommand)]
pub enum KernelCommand {
    /// Hold a kernel's configuration against what container runtimes ask of it
    ///
    /// Ends with 0 when all that is required is there, with 1 when something is missing or cannot be read, and with 5
    /// when that cannot be decided: a defconfig or a fragment does not name what has its default.
    Check(KernelCheck),
}

#[derive(Debug, Args)]
pub struct KernelCheck {
    /// A .config, plain or compressed with gzip; a kernel that holds its own; `-` for standard input; or an image of this
    /// project [default: the running kernel's]
    pub config: Option<String>,
    /// Runtimes, comma-separated: docker, podman, podman-rootless, containerd, nerdctl, k3s
    #[arg(long = "for", value_name = "RUNTIMES", default_value = "containerd")]
    pub runtimes: String,
    /// The kernel's version [default: what the configuration says]
    #[arg(long)]
    pub kernel_version: Option<String>,
    /// Write the report as JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct Store {
    #[command(subcommand)]
    pub command: StoreCommand,
}

#[derive(Debug, Subcommand)]
pub enum StoreCommand {
    /// Read every object again and compare it with its digest
    Verify {
        /// Remove damaged objects, so that the next build makes them again
        #[arg(long)]
        repair: bool,
    },
    /// Remove what was not used for a while
    Gc {
        /// Remove what was not used for this many days
        #[arg(long, default_value_t = 30)]
        days: u64,
        /// Remove the longest unused until the store is this small, such as 20G
        #[arg(long)]
        keep: Option<yoe_model::Size>,
        /// Show what would be removed, and remove nothing
        #[arg(long)]
        dry_run: bool,
    },
}

fn forward(text: &str) -> Result<(u16, u16), String> {
    let wrong = || format!("{text:?} is not HOST:DEVICE, such as 8080:80");
    let (host, device) = text.split_once(':').ok_or_else(wrong)?;
    Ok((host.parse().map_err(|_| wrong())?, device.parse().map_err(|_| wrong())?))
}

fn credential(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or_else(|| format!("{text:?} is not NAME=VALUE"))?;
    Ok((name.to_owned(), value.to_owned()))
}
