//! How bytes cross the border between host and guest. Whoever needs room gets whole new pages, which stay his until
//! the instance ends: one evaluation needs four or five times some.

use core::arch::wasm32::memory_grow;
use core::slice;

const PAGE_BYTES: usize = 64 * 1024;

/// The host asks for room for the input of `evaluate`; 0 when there is none.
#[no_mangle]
pub extern "C" fn alloc(size: usize) -> usize {
    match memory_grow::<0>(size / PAGE_BYTES + 1) {
        usize::MAX => 0,
        first_page => first_page * PAGE_BYTES,
    }
}

/// The same with an alignment, which a page satisfies. A guest that exports it speaks ABI level "head".
#[no_mangle]
pub extern "C" fn allocate(size: usize, _align: usize) -> usize {
    alloc(size)
}

/// Room for our own use. Traps when there is none.
pub fn room(size: usize) -> &'static mut [u8] {
    let pointer = alloc(size);
    assert!(pointer != 0);
    // SAFETY: `size` bytes of fresh pages that nobody else knows.
    unsafe { slice::from_raw_parts_mut(pointer as *mut u8, size) }
}

/// The bytes that the host wrote at `pointer`.
pub fn received(pointer: usize, length: usize) -> &'static [u8] {
    // SAFETY: the host got this room from `alloc`, and nobody writes to it again.
    unsafe { slice::from_raw_parts(pointer as *const u8, length) }
}

/// Tells the host where `bytes` are: the length in the upper half, the address in the lower.
pub fn packed(bytes: &[u8]) -> i64 {
    (bytes.len() as i64) << 32 | bytes.as_ptr() as i64
}
