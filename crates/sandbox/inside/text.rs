//! A runtime's code on huge pages, so that its children need not map it piece by piece.
//!
//! A child comes without the page tables of files: it takes a fault for each 64 KiB of code that it runs, and what it
//! has mapped is unmapped again at its end. Private huge pages are one entry each, which fork copies.

use core::ffi::{c_int, c_void};
use core::ptr::null_mut;

use super::large_pages::{Copy, HUGE};

const PAGE: usize = 4 << 10;

const PT_LOAD: u32 = 1;
const PF_W: u32 = 2;
const PROT_READ: c_int = 1;
const PROT_EXEC: c_int = 4;

/// `struct dl_phdr_info`, as far as it is read.
#[repr(C)]
struct LoadedObject {
    base: usize,
    name: *const u8,
    headers: *const ProgramHeader,
    count: u16,
}

/// `Elf64_Phdr`.
#[repr(C)]
struct ProgramHeader {
    kind: u32,
    flags: u32,
    offset: usize,
    address: usize,
    physical_address: usize,
    file_size: usize,
    memory_size: usize,
    align: usize,
}

unsafe extern "C" {
    fn dl_iterate_phdr(
        each: unsafe extern "C" fn(*const LoadedObject, usize, *mut c_void) -> c_int,
        data: *mut c_void,
    ) -> c_int;
}

/// Puts what is never written of the program and its libraries on private huge pages, wherever it fills one. Where the
/// system has none to give, everything stays as it is.
///
/// # Safety
/// The process must have a single thread.
pub(crate) unsafe fn onto_huge_pages() {
    // SAFETY: the function is called for each object, with no data.
    unsafe { dl_iterate_phdr(object_onto_huge_pages, null_mut()) };
}

unsafe extern "C" fn object_onto_huge_pages(object: *const LoadedObject, _: usize, _: *mut c_void) -> c_int {
    // SAFETY: the C library describes an object that is loaded, so its headers can be read.
    unsafe {
        let (mut start, mut end) = (0, 0);
        for index in 0..usize::from((*object).count) {
            let header = &*(*object).headers.add(index);
            if header.kind != PT_LOAD || header.flags & PF_W != 0 {
                continue;
            }
            let address = (*object).base + header.address;
            if address & !(PAGE - 1) != end {
                fill(start, end);
                start = address & !(PAGE - 1);
            }
            end = (address + header.memory_size).next_multiple_of(PAGE);
        }
        fill(start, end);
    }
    0
}

/// Replaces each whole huge page between two addresses, where everything can be read and nothing is written.
unsafe fn fill(start: usize, end: usize) {
    let mut at = start.next_multiple_of(HUGE);
    while at + HUGE <= end {
        // SAFETY: the caller's.
        unsafe { replace(at) };
        at += HUGE;
    }
}

unsafe fn replace(at: usize) {
    // SAFETY: the copy holds the same bytes, which can be read and are never written.
    unsafe {
        let Some(mut copy) = Copy::with_room(HUGE) else {
            return;
        };
        copy.fill(at, HUGE);
        if copy.collapse() && copy.protect(PROT_READ | PROT_EXEC) {
            copy.move_to(at, HUGE);
        }
        copy.unmap_rest();
    }
}
