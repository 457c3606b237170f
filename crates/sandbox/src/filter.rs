//! Compiles the policy into a seccomp program (classic BPF).

use libc::c_long;

use crate::policy;

/// One instruction, as the kernel takes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Instruction {
    code: u16,
    if_true: u8,
    if_false: u8,
    operand: u32,
}

const LOAD: u16 = 0x20; // BPF_LD | BPF_W | BPF_ABS
const JUMP_EQUAL: u16 = 0x15; // BPF_JMP | BPF_JEQ | BPF_K
const JUMP_AT_LEAST: u16 = 0x35; // BPF_JMP | BPF_JGE | BPF_K
const JUMP_ANY_BIT: u16 = 0x45; // BPF_JMP | BPF_JSET | BPF_K
const RETURN: u16 = 0x06; // BPF_RET | BPF_K

const OFFSET_NUMBER: u32 = 0;
const OFFSET_ARCHITECTURE: u32 = 4;
/// Low half of argument `index`, on a little-endian machine.
const fn offset_argument(index: u32) -> u32 {
    16 + 8 * index
}

#[cfg(target_arch = "x86_64")]
const ARCHITECTURE: u32 = 0xc000_003e;
#[cfg(target_arch = "aarch64")]
const ARCHITECTURE: u32 = 0xc000_00b7;
/// Calls from here on belong to the x32 interface, which the policy does not describe.
#[cfg(target_arch = "x86_64")]
const FIRST_FOREIGN_CALL: u32 = 0x4000_0000;
#[cfg(not(target_arch = "x86_64"))]
const FIRST_FOREIGN_CALL: u32 = u32::MAX;

const ALLOW: u32 = libc::SECCOMP_RET_ALLOW;
const KILL: u32 = libc::SECCOMP_RET_KILL_PROCESS;
const REPORT: u32 = libc::SECCOMP_RET_USER_NOTIF;
const fn fail(errno: i32) -> u32 {
    libc::SECCOMP_RET_ERRNO | errno as u32
}

/// Open flags that write or create.
const WRITING: u32 =
    (libc::O_WRONLY | libc::O_RDWR | libc::O_CREAT | libc::O_TRUNC | libc::O_APPEND) as u32;

/// The program as the bytes that the `seccomp` call takes.
pub(crate) fn program() -> Vec<u8> {
    assemble()
        .into_iter()
        .flat_map(|i| {
            let mut bytes = [0; 8];
            bytes[..2].copy_from_slice(&i.code.to_ne_bytes());
            bytes[2] = i.if_true;
            bytes[3] = i.if_false;
            bytes[4..].copy_from_slice(&i.operand.to_ne_bytes());
            bytes
        })
        .collect()
}

fn assemble() -> Vec<Instruction> {
    let mut program = vec![
        step(LOAD, OFFSET_ARCHITECTURE),
        jump(JUMP_EQUAL, ARCHITECTURE, 1, 0),
        step(RETURN, KILL),
        step(LOAD, OFFSET_NUMBER),
        jump(JUMP_AT_LEAST, FIRST_FOREIGN_CALL, 0, 1),
        step(RETURN, fail(libc::ENOSYS)),
    ];
    for (_, calls) in policy::ALLOWED {
        for number in *calls {
            program.extend(whole_call(*number, ALLOW));
        }
    }
    for denied in policy::denied() {
        program.extend(whole_call(denied.number, REPORT));
    }
    program.extend(when_any_bit(
        libc::SYS_clone,
        0,
        libc::CLONE_THREAD as u32,
        ALLOW,
        REPORT,
    ));
    program.extend(when_any_bit(libc::SYS_openat, 2, WRITING, REPORT, ALLOW));
    #[cfg(target_arch = "x86_64")]
    program.extend(when_any_bit(libc::SYS_open, 1, WRITING, REPORT, ALLOW));
    for (number, conditions, action) in by_values() {
        program.extend(when_all(number, conditions, action));
    }
    program.push(step(RETURN, fail(libc::ENOSYS)));
    program
}

/// Arguments, each with the values it may have.
type Conditions = &'static [(u32, &'static [u32])];

/// Calls decided by the values of their arguments; the first rule that holds counts.
fn by_values() -> [(c_long, Conditions, u32); 13] {
    const DEATH_SIGNAL: u32 = libc::PR_SET_PDEATHSIG as u32;
    const UNIX: u32 = libc::AF_UNIX as u32;
    const ITSELF: Conditions = &[(0, &[0])];
    [
        (libc::SYS_ioctl, &[(1, policy::IOCTL_REQUESTS)], ALLOW),
        (libc::SYS_ioctl, &[], fail(libc::ENOTTY)),
        (libc::SYS_prctl, &[(0, policy::PRCTL_OPTIONS)], ALLOW),
        (
            libc::SYS_prctl,
            &[(0, &[DEATH_SIGNAL]), (1, &[libc::SIGKILL as u32])],
            ALLOW,
        ),
        (libc::SYS_prctl, &[], fail(libc::EPERM)),
        (libc::SYS_fcntl, &[(1, policy::FCNTL_COMMANDS)], ALLOW),
        (
            libc::SYS_fcntl,
            &[(1, policy::FCNTL_OWNER_COMMANDS)],
            REPORT,
        ),
        (libc::SYS_fcntl, &[], fail(libc::EINVAL)),
        (
            libc::SYS_socketpair,
            &[(0, &[UNIX]), (1, policy::PAIR_KINDS)],
            ALLOW,
        ),
        (libc::SYS_socketpair, &[], REPORT),
        (libc::SYS_prlimit64, ITSELF, ALLOW),
        (libc::SYS_prlimit64, &[], REPORT),
        (libc::SYS_sched_setaffinity, &[], REPORT),
    ]
}

fn step(code: u16, operand: u32) -> Instruction {
    Instruction {
        code,
        if_true: 0,
        if_false: 0,
        operand,
    }
}

fn jump(code: u16, operand: u32, if_true: u8, if_false: u8) -> Instruction {
    Instruction {
        code,
        if_true,
        if_false,
        operand,
    }
}

fn whole_call(number: c_long, action: u32) -> [Instruction; 2] {
    [jump(JUMP_EQUAL, number as u32, 0, 1), step(RETURN, action)]
}

/// `with` when argument `index` has one of `bits`, else `without`.
fn when_any_bit(
    number: c_long,
    index: u32,
    bits: u32,
    with: u32,
    without: u32,
) -> [Instruction; 5] {
    [
        jump(JUMP_EQUAL, number as u32, 0, 4),
        step(LOAD, offset_argument(index)),
        jump(JUMP_ANY_BIT, bits, 0, 1),
        step(RETURN, with),
        step(RETURN, without),
    ]
}

/// `action` when each argument has one of its values; else the rules that follow decide.
fn when_all(number: c_long, conditions: Conditions, action: u32) -> Vec<Instruction> {
    let mut rest = vec![step(RETURN, action)];
    for (index, values) in conditions.iter().rev() {
        let mut block = vec![step(LOAD, offset_argument(*index))];
        for (left, value) in (0..values.len() as u8).rev().zip(*values) {
            let miss = if left == 0 { rest.len() as u8 } else { 0 };
            block.push(jump(JUMP_EQUAL, *value, left, miss));
        }
        block.extend(rest);
        rest = block;
    }
    let mut program = vec![jump(JUMP_EQUAL, number as u32, 0, rest.len() as u8)];
    program.extend(rest);
    program.push(step(LOAD, OFFSET_NUMBER));
    program
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs the program as the kernel would.
    fn decide(architecture: u32, number: c_long, arguments: [u32; 3]) -> u32 {
        let program = assemble();
        let (mut at, mut value) = (0, 0);
        loop {
            let i = program[at];
            at += 1;
            let holds = match i.code {
                LOAD => {
                    value = match i.operand {
                        OFFSET_NUMBER => number as u32,
                        OFFSET_ARCHITECTURE => architecture,
                        offset => arguments[(offset as usize - 16) / 8],
                    };
                    continue;
                }
                RETURN => return i.operand,
                JUMP_EQUAL => value == i.operand,
                JUMP_AT_LEAST => value >= i.operand,
                JUMP_ANY_BIT => value & i.operand != 0,
                code => panic!("unknown instruction {code:#x}"),
            };
            at += usize::from(if holds { i.if_true } else { i.if_false });
        }
    }

    #[test]
    fn honest_calls_pass_and_others_do_not() {
        let here = |number, arguments| decide(ARCHITECTURE, number, arguments);
        assert_eq!(here(libc::SYS_read, [0; 3]), ALLOW);
        assert_eq!(here(libc::SYS_socket, [2, 1, 0]), REPORT);
        assert_eq!(
            here(libc::SYS_clone, [libc::CLONE_THREAD as u32, 0, 0]),
            ALLOW
        );
        assert_eq!(here(libc::SYS_clone, [libc::SIGCHLD as u32, 0, 0]), REPORT);
        assert_eq!(here(libc::SYS_clone3, [0; 3]), fail(libc::ENOSYS));
        assert_eq!(here(libc::SYS_openat, [0, 0, 0]), ALLOW);
        assert_eq!(here(libc::SYS_openat, [0, 0, libc::O_RDWR as u32]), REPORT);
        assert_eq!(here(libc::SYS_ioctl, [0, 0x5401, 0]), ALLOW);
        assert_eq!(here(libc::SYS_ioctl, [0, 0x5412, 0]), fail(libc::ENOTTY));
        assert_eq!(here(libc::SYS_prctl, [15, 0, 0]), ALLOW);
        assert_eq!(here(libc::SYS_prctl, [38, 0, 0]), fail(libc::EPERM));
        assert_eq!(here(libc::SYS_prctl, [1, 9, 0]), ALLOW);
        assert_eq!(here(libc::SYS_prctl, [1, 0, 0]), fail(libc::EPERM));
        assert_eq!(here(libc::SYS_fcntl, [0, 1030, 0]), ALLOW);
        assert_eq!(here(libc::SYS_fcntl, [0, 8, 0]), REPORT);
        assert_eq!(here(libc::SYS_fcntl, [0, 1024, 0]), fail(libc::EINVAL));
        assert_eq!(here(libc::SYS_socketpair, [1, 0x8_0001, 0]), ALLOW);
        assert_eq!(here(libc::SYS_socketpair, [1, 2, 0]), REPORT);
        assert_eq!(here(libc::SYS_socketpair, [2, 1, 0]), REPORT);
        assert_eq!(here(libc::SYS_prlimit64, [0, 7, 0]), ALLOW);
        assert_eq!(here(libc::SYS_prlimit64, [1, 7, 0]), REPORT);
        assert_eq!(decide(ARCHITECTURE ^ 1, libc::SYS_read, [0; 3]), KILL);
        #[cfg(target_arch = "x86_64")]
        assert_eq!(here(0x4000_0000, [0; 3]), fail(libc::ENOSYS));
    }
}
