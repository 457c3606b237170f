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
    program.extend(when_one_of(
        libc::SYS_ioctl,
        1,
        policy::IOCTL_REQUESTS,
        fail(libc::ENOTTY),
    ));
    program.extend(when_one_of(
        libc::SYS_prctl,
        0,
        policy::PRCTL_OPTIONS,
        fail(libc::EPERM),
    ));
    program.push(step(RETURN, fail(libc::ENOSYS)));
    program
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

/// Allowed when argument `index` is one of `values`, else `otherwise`.
fn when_one_of(number: c_long, index: u32, values: &[u32], otherwise: u32) -> Vec<Instruction> {
    let body = 2 + 2 * values.len() as u8;
    let mut program = vec![
        jump(JUMP_EQUAL, number as u32, 0, body),
        step(LOAD, offset_argument(index)),
    ];
    for value in values {
        program.push(jump(JUMP_EQUAL, *value, 0, 1));
        program.push(step(RETURN, ALLOW));
    }
    program.push(step(RETURN, otherwise));
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
        assert_eq!(decide(ARCHITECTURE ^ 1, libc::SYS_read, [0; 3]), KILL);
        #[cfg(target_arch = "x86_64")]
        assert_eq!(here(0x4000_0000, [0; 3]), fail(libc::ENOSYS));
    }
}
