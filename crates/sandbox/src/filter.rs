//! Which system calls a step may not make: a seccomp filter (seccomp(2)), the same for steps, tools and fetch clients.
//!
//! It is a list of what is refused, and short: what a step's few rights forbid already (mounting, modules, tracing PID 1) needs
//! no line here. What is listed reaches beyond the namespaces, or opens a part of the kernel that no build needs. Calls that a
//! program can do without answer as on a kernel that lacks them, so that it takes its other way. docs/design/0028 has the
//! reasons.

use libc::{
    BPF_ABS, BPF_JEQ, BPF_JGE, BPF_JMP, BPF_JSET, BPF_K, BPF_LD, BPF_RET, BPF_W, EAFNOSUPPORT, ENOSYS, EPERM,
    SECCOMP_RET_ALLOW, SECCOMP_RET_ERRNO, c_int, c_long, sock_filter,
};

/// The families of sockets that there are; any other one is as on a kernel that lacks it. `AF_VSOCK`, which reaches the
/// hypervisor, is in no namespace; others are whole protocol stacks that no build speaks.
const FAMILIES: [u32; 4] =
    [libc::AF_UNIX as u32, libc::AF_INET as u32, libc::AF_INET6 as u32, libc::AF_NETLINK as u32];

/// Requests that type into a terminal: `TIOCSTI`, and `TIOCLINUX`, which pastes a console's selection.
const TYPING: [u32; 2] = [libc::TIOCSTI as u32, libc::TIOCLINUX as u32];

/// The bit that asks for a user namespace. In a new one a step would have every right over new namespaces, and with it what
/// the kernel keeps for administrators: packet filters, network devices, file systems.
const NEW_USER: u32 = libc::CLONE_NEWUSER as u32;

/// When a call is refused.
enum When {
    /// Always.
    Always,
    /// The low half of the argument with this index is one of these. The kernel looks at no more of it.
    Is(u32, &'static [u32]),
    /// It is none of these.
    IsNot(u32, &'static [u32]),
    /// It has one of these bits.
    Has(u32, u32),
}

/// Call, when it is refused, and the answer.
const REFUSED: [(c_long, When, c_int); 16] = [
    (libc::SYS_socket, When::IsNot(0, &FAMILIES), EAFNOSUPPORT),
    (libc::SYS_socketpair, When::IsNot(0, &FAMILIES), EAFNOSUPPORT),
    (libc::SYS_ioctl, When::Is(1, &TYPING), EPERM),
    (libc::SYS_unshare, When::Has(0, NEW_USER), EPERM),
    (libc::SYS_clone, When::Has(0, NEW_USER), EPERM),
    // Its flags are in memory, where a filter cannot look: the C libraries take clone(2) then.
    (libc::SYS_clone3, When::Always, ENOSYS),
    (libc::SYS_io_uring_setup, When::Always, ENOSYS),
    (libc::SYS_io_uring_enter, When::Always, ENOSYS),
    (libc::SYS_io_uring_register, When::Always, ENOSYS),
    // Keyrings belong to users, and the user is the caller.
    (libc::SYS_keyctl, When::Always, ENOSYS),
    (libc::SYS_add_key, When::Always, ENOSYS),
    (libc::SYS_request_key, When::Always, ENOSYS),
    (libc::SYS_bpf, When::Always, ENOSYS),
    (libc::SYS_perf_event_open, When::Always, ENOSYS),
    (libc::SYS_userfaultfd, When::Always, ENOSYS),
    // The log of the host's kernel.
    (libc::SYS_syslog, When::Always, EPERM),
];

/// The one way of making system calls that there is (linux/audit.h).
#[cfg(target_arch = "x86_64")]
const ARCHITECTURE: u32 = 0xc000_003e;
#[cfg(target_arch = "aarch64")]
const ARCHITECTURE: u32 = 0xc000_00b7;

/// Numbers from here on are calls of the x32 ABI, which come under the same architecture (asm/unistd.h).
const X32: u32 = 0x4000_0000;

/// Where things are in `struct seccomp_data`.
const NUMBER_AT: u32 = 0;
const ARCHITECTURE_AT: u32 = 4;
const ARGUMENTS_AT: u32 = 16;

/// The program that the kernel runs on each call.
pub(crate) fn program() -> Vec<sock_filter> {
    let mut program =
        vec![load(ARCHITECTURE_AT), jump(BPF_JEQ, ARCHITECTURE, 1, 0), refuse(ENOSYS), load(NUMBER_AT)];
    if cfg!(target_arch = "x86_64") {
        program.extend([jump(BPF_JGE, X32, 0, 1), refuse(ENOSYS)]);
    }
    for (call, when, answer) in &REFUSED {
        let block = block(when, *answer);
        // All calls have small numbers, and all blocks are short.
        program.push(jump(BPF_JEQ, *call as u32, 0, block.len() as u8));
        program.extend(block);
    }
    program.push(allow());
    program
}

/// What is decided once the call is known. Each block decides: none runs into the next one.
fn block(when: &When, answer: c_int) -> Vec<sock_filter> {
    let (argument, values, refused_when_found) = match when {
        When::Always => return vec![refuse(answer)],
        When::Has(argument, bits) => {
            return vec![load_argument(*argument), jump(BPF_JSET, *bits, 0, 1), refuse(answer), allow()];
        }
        When::Is(argument, values) => (argument, values, true),
        When::IsNot(argument, values) => (argument, values, false),
    };
    let mut block = vec![load_argument(*argument)];
    for (index, value) in values.iter().enumerate() {
        // To the last instruction of the block, behind the other comparisons and the first of the two ends.
        let behind = values.len() - index;
        block.push(jump(BPF_JEQ, *value, behind as u8, 0));
    }
    block.extend(if refused_when_found { [allow(), refuse(answer)] } else { [refuse(answer), allow()] });
    block
}

fn load(at: u32) -> sock_filter {
    statement(BPF_LD | BPF_W | BPF_ABS, at)
}

/// The low half: both architectures are little-endian.
fn load_argument(index: u32) -> sock_filter {
    load(ARGUMENTS_AT + 8 * index)
}

fn refuse(answer: c_int) -> sock_filter {
    statement(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | answer as u32)
}

fn allow() -> sock_filter {
    statement(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
}

fn statement(code: u32, k: u32) -> sock_filter {
    sock_filter { code: code as u16, jt: 0, jf: 0, k }
}

fn jump(condition: u32, k: u32, jt: u8, jf: u8) -> sock_filter {
    sock_filter { code: (BPF_JMP | condition | BPF_K) as u16, jt, jf, k }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the kernel would answer: `Ok` when the call is made.
    fn answer(architecture: u32, call: u32, arguments: [u64; 6]) -> Result<(), i32> {
        let program = program();
        let mut data = [call, architecture, 0, 0].map(u32::to_le_bytes).concat();
        data.extend(arguments.iter().flat_map(|argument| argument.to_le_bytes()));
        let (mut at, mut value) = (0, 0u32);
        loop {
            let sock_filter { code, jt, jf, k } = program[at];
            at += 1;
            let code = u32::from(code);
            let jumps = |taken: bool| usize::from(if taken { jt } else { jf });
            if code == BPF_LD | BPF_W | BPF_ABS {
                value = u32::from_le_bytes(data[k as usize..][..4].try_into().unwrap());
            } else if code == BPF_JMP | BPF_JEQ | BPF_K {
                at += jumps(value == k);
            } else if code == BPF_JMP | BPF_JGE | BPF_K {
                at += jumps(value >= k);
            } else if code == BPF_JMP | BPF_JSET | BPF_K {
                at += jumps(value & k != 0);
            } else {
                assert_eq!(code, BPF_RET | BPF_K, "an instruction that is not used");
                return if k == SECCOMP_RET_ALLOW { Ok(()) } else { Err((k & 0xffff) as i32) };
            }
        }
    }

    fn call(number: c_long, arguments: &[u64]) -> Result<(), i32> {
        let mut all = [0; 6];
        all[..arguments.len()].copy_from_slice(arguments);
        answer(ARCHITECTURE, number as u32, all)
    }

    #[test]
    fn ordinary_calls_are_made() {
        for number in [libc::SYS_read, libc::SYS_openat, libc::SYS_execve, libc::SYS_ptrace, libc::SYS_exit] {
            assert_eq!(call(number, &[1, 2, 3]), Ok(()), "{number}");
        }
        for family in [libc::AF_UNIX, libc::AF_INET, libc::AF_INET6, libc::AF_NETLINK] {
            assert_eq!(call(libc::SYS_socket, &[family as u64]), Ok(()), "{family}");
        }
        let fork = (libc::SIGCHLD | libc::CLONE_CHILD_SETTID | libc::CLONE_NEWPID) as u64;
        assert_eq!(call(libc::SYS_clone, &[fork]), Ok(()));
        assert_eq!(call(libc::SYS_unshare, &[libc::CLONE_NEWNS as u64]), Ok(()));
        assert_eq!(call(libc::SYS_ioctl, &[0, libc::TCGETS]), Ok(()));
    }

    #[test]
    fn what_reaches_out_is_refused() {
        for family in [libc::AF_VSOCK, libc::AF_ALG, libc::AF_PACKET, 0, 255] {
            assert_eq!(call(libc::SYS_socket, &[family as u64]), Err(EAFNOSUPPORT), "{family}");
            assert_eq!(call(libc::SYS_socketpair, &[family as u64]), Err(EAFNOSUPPORT), "{family}");
        }
        for request in TYPING {
            assert_eq!(call(libc::SYS_ioctl, &[0, u64::from(request)]), Err(EPERM), "{request:x}");
        }
        for number in [libc::SYS_unshare, libc::SYS_clone] {
            let flags = (libc::CLONE_NEWUSER | libc::CLONE_NEWNS | libc::SIGCHLD) as u64;
            assert_eq!(call(number, &[flags]), Err(EPERM), "{number}");
        }
        let without = [
            libc::SYS_clone3,
            libc::SYS_io_uring_setup,
            libc::SYS_io_uring_enter,
            libc::SYS_io_uring_register,
            libc::SYS_keyctl,
            libc::SYS_add_key,
            libc::SYS_request_key,
            libc::SYS_bpf,
            libc::SYS_perf_event_open,
            libc::SYS_userfaultfd,
        ];
        for number in without {
            assert_eq!(call(number, &[]), Err(ENOSYS), "{number}");
        }
        assert_eq!(call(libc::SYS_syslog, &[3]), Err(EPERM));
    }

    /// The kernel cuts these arguments off at 32 bits. A filter that compares all 64 lets them pass (CVE-2019-10063).
    #[test]
    fn the_high_half_of_an_argument_hides_nothing() {
        let high = 1 << 32;
        assert_eq!(call(libc::SYS_ioctl, &[0, high | u64::from(TYPING[0])]), Err(EPERM));
        assert_eq!(call(libc::SYS_socket, &[high | libc::AF_VSOCK as u64]), Err(EAFNOSUPPORT));
        assert_eq!(call(libc::SYS_unshare, &[high | u64::from(NEW_USER)]), Err(EPERM));
    }

    #[test]
    fn there_is_no_second_way_to_make_calls() {
        // i386, arm, and the other one of those that are known here.
        for architecture in [0x4000_0003, 0x4000_0028, ARCHITECTURE ^ 0x3e ^ 0xb7] {
            assert_eq!(answer(architecture, libc::SYS_read as u32, [0; 6]), Err(ENOSYS), "{architecture:x}");
        }
        if cfg!(target_arch = "x86_64") {
            for number in [X32, X32 | libc::SYS_read as u32, X32 | 512, u32::MAX] {
                assert_eq!(answer(ARCHITECTURE, number, [0; 6]), Err(ENOSYS), "{number:x}");
            }
        }
    }
}
