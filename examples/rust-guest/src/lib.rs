//! A challenge in Rust without the standard library and without crates. It has `cat` repeat the submission, and
//! checks that every byte comes back. What a guest needs in any language is all here: a few imports, an allocator
//! for the host's bytes, and bincode for four messages.

#![no_std]

mod bincode;
mod host;
mod memory;

use bincode::{Reader, Writer};
use host::{Answer, Command, LogLevel};

/// The score that stands for 1.0.
const FULL_SCORE: i64 = 10_000;

/// Judges a submission. The host has put the input at `pointer`, where `alloc` had made room.
#[no_mangle]
pub extern "C" fn evaluate(pointer: usize, length: usize) -> i64 {
    let start_ms = host::now();
    let (valid, message) = match submission(memory::received(pointer, length)) {
        Some(submission) => judge(submission),
        None => (false, "the input does not decode"),
    };
    host::log(if valid { LogLevel::Info } else { LogLevel::Error }, message);
    let elapsed_ms = host::now() - start_ms;

    let mut output = Writer::new(memory::room(64 + message.len()));
    output.i64(if valid { FULL_SCORE } else { 0 });
    output.bool(valid);
    output.string(message);
    output.optional_bytes(Some(&elapsed_ms.to_le_bytes())); // metrics: any bytes that the challenge's users understand
    output.optional_bytes(None); // details
    memory::packed(output.message())
}

/// Can this be judged at all? Every input that decodes can.
#[no_mangle]
pub extern "C" fn validate(pointer: usize, length: usize) -> i32 {
    submission(memory::received(pointer, length)).is_some() as i32
}

/// The `agent_data` of an `EvaluationInput`, once all of its fields have been read.
fn submission(input: &[u8]) -> Option<&[u8]> {
    let mut reader = Reader::new(input);
    let agent_data = reader.bytes()?;
    let _challenge_id = reader.string()?;
    let _params = reader.bytes()?;
    let _task_definition = reader.optional_bytes()?;
    let _environment_config = reader.optional_bytes()?;
    Some(agent_data)
}

fn judge(submission: &[u8]) -> (bool, &'static str) {
    let command = Command { program: "cat", args: &[], stdin: submission, timeout_ms: 1000 };
    match host::exec(&command) {
        Answer::Exited { exit_code: 0, stdout, .. } if stdout == submission => (true, "cat repeated every byte"),
        Answer::Exited { exit_code: 0, .. } => (false, "cat returned something else"),
        Answer::Exited { stderr, .. } => (false, core::str::from_utf8(stderr).unwrap_or("cat failed")),
        Answer::NotRun { reason } => (false, reason),
    }
}

/// There is nobody to tell: a panic is a trap, which the host reports.
#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}
