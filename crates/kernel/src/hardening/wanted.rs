//! The wanted options, each with its reason.
//!
//! The list draws on the kernel's own `kernel/configs/hardening.config`, on the recommendations of the Kernel
//! Self-Protection Project, and on what small configurations lose without a word.

use super::{Deviation, From};
use crate::KernelVersion;
use crate::config::{Config, Value};

/// What is wanted of an option.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// `y` or `m`
    On,
    /// Not set
    Off,
    /// A number of at least this
    AtLeast(i64),
}

/// A wanted option.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// The symbol, without `CONFIG_`.
    pub symbol: &'static str,
    /// What is wanted of it.
    pub wish: Wish,
    /// What it protects.
    pub reason: &'static str,
    /// The symbol of the architecture that has it; `None` for all.
    pub arch: Option<&'static str>,
    /// The first kernel version that has it.
    pub since: Option<KernelVersion>,
    /// Another option that has to be on for this one to mean something.
    pub with: Option<&'static str>,
}

const X86: &str = "X86_64";
const ARM64: &str = "ARM64";

impl Wanted {
    const fn new(symbol: &'static str, wish: Wish, reason: &'static str) -> Self {
        Self { symbol, wish, reason, arch: None, since: None, with: None }
    }

    const fn on_arch(mut self, arch: &'static str) -> Self {
        self.arch = Some(arch);
        self
    }

    const fn since(mut self, major: u32, minor: u32) -> Self {
        self.since = Some(KernelVersion::new(major, minor));
        self
    }

    const fn with(mut self, symbol: &'static str) -> Self {
        self.with = Some(symbol);
        self
    }

    /// Whether the option is one of this kernel's.
    fn is_for(&self, config: &Config, version: KernelVersion) -> bool {
        self.since.is_none_or(|since| version >= since)
            && [self.arch, self.with].into_iter().flatten().all(|symbol| config.is_set(symbol))
    }

    fn deviation(&self, config: &Config) -> Option<Deviation> {
        let got = config.value(self.symbol);
        let (fine, wanted) = match (self.wish, got) {
            (Wish::On, got) => (matches!(got, Value::Yes | Value::Module), "y".to_owned()),
            (Wish::Off, got) => (*got == Value::No, "n".to_owned()),
            (Wish::AtLeast(least), Value::Int(number)) => (*number >= least, format!("at least {least}")),
            (Wish::AtLeast(least), _) => (false, format!("at least {least}")),
        };
        (!fine).then(|| Deviation {
            symbol: self.symbol.to_owned(),
            got: got.clone(),
            wanted,
            reason: self.reason.to_owned(),
            from: From::Wanted,
        })
    }
}

const fn on(symbol: &'static str, reason: &'static str) -> Wanted {
    Wanted::new(symbol, Wish::On, reason)
}

const fn off(symbol: &'static str, reason: &'static str) -> Wanted {
    Wanted::new(symbol, Wish::Off, reason)
}

/// Every wanted option.
pub fn wanted() -> impl Iterator<Item = &'static Wanted> {
    [PROCESSOR, MEMORY, CHECKS, INTERFACES, PROGRAMS].into_iter().flatten()
}

pub(super) fn deviations(config: &Config, version: KernelVersion) -> Vec<Deviation> {
    wanted()
        .filter(|wanted| wanted.is_for(config, version))
        .filter_map(|wanted| wanted.deviation(config))
        .collect()
}

/// Side channels of processors, and what processors offer against attacks.
const PROCESSOR: &[Wanted] = &[
    on("CPU_MITIGATIONS", "the switch above all mitigations of processor flaws").since(6, 10),
    on("MITIGATION_PAGE_TABLE_ISOLATION", "Meltdown: programs cannot read the kernel's memory")
        .on_arch(X86)
        .since(6, 9),
    on("MITIGATION_RETPOLINE", "Spectre 2: indirect branches cannot be trained").on_arch(X86).since(6, 9),
    on("X86_UMIP", "programs cannot read the addresses of descriptor tables").on_arch(X86),
    on("X86_MCE", "memory errors are found before they spread").on_arch(X86),
    on("X86_KERNEL_IBT", "indirect branches land on marked places only").on_arch(X86).since(5, 18),
    on("UNMAP_KERNEL_AT_EL0", "Meltdown: programs cannot read the kernel's memory").on_arch(ARM64),
    on("MITIGATE_SPECTRE_BRANCH_HISTORY", "Spectre-BHB: the branch history is cleared")
        .on_arch(ARM64)
        .since(5, 17),
    on("ARM64_PTR_AUTH", "return addresses are signed").on_arch(ARM64).since(5, 0),
    on("ARM64_BTI", "indirect branches land on marked places only").on_arch(ARM64).since(5, 8),
    on("ARM64_E0PD", "programs cannot time the kernel's addresses").on_arch(ARM64).since(5, 6),
];

/// Where things lie and what may be written or run.
const MEMORY: &[Wanted] = &[
    on("RANDOMIZE_BASE", "the kernel lies at a random address"),
    on("RANDOMIZE_MEMORY", "the kernel's data areas lie at random addresses").on_arch(X86),
    on("RANDOMIZE_KSTACK_OFFSET", "stacks start at a random place in every system call").since(5, 13),
    on("RANDOMIZE_KSTACK_OFFSET_DEFAULT", "stacks start at a random place without a boot option")
        .since(5, 13),
    on("STRICT_KERNEL_RWX", "code is read-only, data is not run"),
    on("STRICT_MODULE_RWX", "code of modules is read-only, their data is not run").with("MODULES"),
    on("RODATA_FULL_DEFAULT_ENABLED", "read-only data has no writable second mapping").on_arch(ARM64),
    on("VMAP_STACK", "a stack that overflows meets a guard page"),
    on("INIT_STACK_ALL_ZERO", "local variables start as zero").since(5, 9),
    on("INIT_ON_ALLOC_DEFAULT_ON", "allocated memory starts as zero").since(5, 3),
    on("SLAB_FREELIST_RANDOM", "the order of allocations cannot be foreseen"),
    on("SLAB_FREELIST_HARDENED", "the allocator's lists notice overwriting"),
    on("RANDOM_KMALLOC_CACHES", "attackers cannot place their object next to the victim's").since(6, 6),
    on("SHUFFLE_PAGE_ALLOCATOR", "the order of pages cannot be foreseen").since(5, 2),
    off("COMPAT_BRK", "the heap of programs starts at a random place"),
    off("SLUB_TINY", "the small allocator leaves out the protections above").since(6, 2),
    Wanted::new("DEFAULT_MMAP_MIN_ADDR", Wish::AtLeast(32768), "nothing lies where null pointers point to"),
];

/// Checks at run time.
const CHECKS: &[Wanted] = &[
    on("STACKPROTECTOR", "overwritten return addresses are noticed"),
    on(
        "STACKPROTECTOR_STRONG",
        "every function with an array or an address on the stack notices overwriting",
    ),
    on("HARDENED_USERCOPY", "copies to and from programs stay within their object"),
    on("FORTIFY_SOURCE", "copies whose size the compiler knows stay within their object"),
    on("LIST_HARDENED", "broken linked lists are noticed").since(6, 6),
    on("BUG_ON_DATA_CORRUPTION", "what notices corruption stops it"),
];

/// Ways around the kernel, and interfaces of the past.
const INTERFACES: &[Wanted] = &[
    on("STRICT_DEVMEM", "/dev/mem shows devices only").with("DEVMEM"),
    on("IO_STRICT_DEVMEM", "/dev/mem shows only devices without a driver").with("DEVMEM"),
    on("IOMMU_SUPPORT", "devices reach only the memory that is theirs"),
    off("PROC_KCORE", "/proc/kcore shows the kernel's layout"),
    off("LEGACY_TIOCSTI", "programs cannot type into a terminal of others").since(6, 2),
    off("LDISC_AUTOLOAD", "programs cannot load old terminal drivers").since(5, 2),
    off("LEGACY_PTYS", "terminals have one name space each"),
    off("LEGACY_VSYSCALL_NATIVE", "no code at a fixed address").on_arch(X86),
    off("X86_X32_ABI", "a second set of system calls that nobody uses").on_arch(X86),
    on("BPF_UNPRIV_DEFAULT_OFF", "only root loads BPF programs").with("BPF_SYSCALL").since(5, 13),
    on("SECURITY_DMESG_RESTRICT", "only root reads the kernel's messages"),
    on("SYN_COOKIES", "a flood of connections does not fill the tables"),
];

/// What programs protect themselves and their data with. Small configurations lose these without a word.
const PROGRAMS: &[Wanted] = &[
    on("SECCOMP", "programs limit their own system calls"),
    on("SECCOMP_FILTER", "engines filter the system calls of containers"),
    on("SECURITY_LANDLOCK", "programs limit their own access to files").since(5, 13),
    on("SECURITY_YAMA", "programs cannot read each other's memory"),
    on("FILE_LOCKING", "without locks two writers destroy a file"),
    on("MULTIUSER", "without it everything runs as root"),
    on("SECRETMEM", "memory that even the kernel does not map").since(5, 14),
    on("CROSS_MEMORY_ATTACH", "debuggers and C libraries use it; without it they fall back to worse"),
];
