//! The functions that the host provides, and what they look like to the challenge.

use crate::bincode::{Reader, Writer};
use crate::memory;

#[link(wasm_import_module = "platform_sandbox")]
extern "C" {
    fn sandbox_exec(request: *const u8, request_length: usize, buffer: *mut u8, capacity: usize) -> i32;
    fn get_timestamp() -> i64;
    fn log_message(level: i32, text: *const u8, length: usize);
}

/// A command to run in the sandbox, with no environment of its own and in the evaluation's own directory.
pub struct Command<'a> {
    pub program: &'a str,
    pub args: &'a [&'a str],
    pub stdin: &'a [u8],
    /// 0 leaves the limit to the policy, which a larger number does not raise.
    pub timeout_ms: u64,
}

/// What came of a command. A denial is an answer like any other.
pub enum Answer {
    Exited { exit_code: i32, stdout: &'static [u8], stderr: &'static [u8] },
    NotRun { reason: &'static str },
}

pub enum LogLevel {
    Info = 0,
    Error = 2,
}

/// Runs a command. The guest sleeps in the meantime.
pub fn exec(command: &Command) -> Answer {
    let request = encode(command);
    let mut buffer = memory::room(64 * 1024);
    let mut size = call(request, buffer);
    if size < -1 {
        // Too small, and now we know by how much. The host keeps the answer for the same request: nothing runs twice.
        buffer = memory::room(size.unsigned_abs() as usize);
        size = call(request, buffer);
    }
    if size < 0 {
        return Answer::NotRun { reason: "the host did not write its answer" };
    }
    let answer = decode(&buffer[..size as usize]);
    answer.unwrap_or(Answer::NotRun { reason: "the host's answer does not decode" })
}

/// Milliseconds since 1970-01-01; an evaluation that is to be repeatable is given a fixed time.
pub fn now() -> i64 {
    // SAFETY: takes and touches no memory.
    unsafe { get_timestamp() }
}

/// Writes one line into the host's log.
pub fn log(level: LogLevel, text: &str) {
    // SAFETY: the host only reads these bytes.
    unsafe { log_message(level as i32, text.as_ptr(), text.len()) }
}

fn call(request: &[u8], buffer: &mut [u8]) -> i32 {
    // SAFETY: the host reads the one and writes within the other.
    unsafe { sandbox_exec(request.as_ptr(), request.len(), buffer.as_mut_ptr(), buffer.len()) }
}

fn encode(command: &Command) -> &'static [u8] {
    let args_bytes: usize = command.args.iter().map(|arg| 8 + arg.len()).sum();
    let mut request = Writer::new(memory::room(64 + command.program.len() + args_bytes + command.stdin.len()));
    request.string(command.program);
    request.u64(command.args.len() as u64);
    for arg in command.args {
        request.string(arg);
    }
    request.u64(0); // no environment variables
    request.optional_bytes(None); // no working directory
    request.optional_bytes(Some(command.stdin));
    request.u64(command.timeout_ms);
    request.message()
}

/// A `Result<SandboxExecResponse, SandboxExecError>`: 0 and a response, or 1 and an error.
fn decode(message: &'static [u8]) -> Option<Answer> {
    let mut reader = Reader::new(message);
    match reader.u32()? {
        0 => {
            let exit_code = reader.u32()? as i32;
            let stdout = reader.bytes()?;
            let stderr = reader.bytes()?;
            let _duration_ms = reader.u64()?;
            Some(Answer::Exited { exit_code, stdout, stderr })
        }
        1 => {
            let reason = match reader.u32()? {
                0 => "commands are switched off",
                2 => "out of time",
                // Not allowed, failed, bad memory: each comes with a sentence.
                1 | 3 | 4 => reader.string()?,
                _ => return None,
            };
            Some(Answer::NotRun { reason })
        }
        _ => None,
    }
}
