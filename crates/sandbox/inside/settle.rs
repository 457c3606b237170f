//! What a runtime does once before it is forked many times, so that its children touch fewer pages.
//!
//! A child pays for each page that it writes to. A runtime that has started up leaves holes all over its heap, and
//! children would take their memory from them, a page here, a page there.

use core::ffi::c_void;
use core::ptr::null_mut;

unsafe extern "C" {
    fn malloc(size: usize) -> *mut c_void;
    fn free(memory: *mut c_void);
}

/// The largest hole that is looked for; below what the C library maps by itself.
const LARGEST_HOLE: usize = 96 << 10;
/// Above this size steps are coarse, as the C library's own are.
const LARGE: usize = 1024;
/// More than this is not taken, whatever the C library does.
const MOST: usize = 16 << 20;

/// Takes all free memory of the C library but for what lies at the end of its heap, for good: children are given
/// memory from there, page after page.
///
/// # Safety
/// The process must have a single thread.
pub(crate) unsafe fn fill_heap() {
    // SAFETY: memory that is taken and never used; what came from the end of the heap is given back.
    unsafe {
        let end = heap_end();
        let (mut size, mut taken) = (LARGEST_HOLE, 0);
        while size >= 16 && taken < MOST {
            let memory = malloc(size);
            if memory < end {
                taken += size;
                continue;
            }
            free(memory);
            size -= if size > LARGE { LARGE } else { 16 };
        }
    }
}

/// Where the C library takes memory when it has no hole: there, two pieces follow one another.
unsafe fn heap_end() -> *mut c_void {
    // SAFETY: as above.
    unsafe {
        let mut before = malloc(LARGEST_HOLE);
        for _ in 0..MOST / LARGEST_HOLE {
            let memory = malloc(LARGEST_HOLE);
            if memory as usize == before as usize + LARGEST_HOLE + 16 {
                free(memory);
                return memory;
            }
            before = memory;
        }
        null_mut()
    }
}
