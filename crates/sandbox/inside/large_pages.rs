//! Private memory on large pages, which a fork copies at once where it would copy hundreds one by one.
//!
//! The kernel keeps account of a large page as a whole, even where its parts are mapped one by one and lie apart. So what
//! lies anywhere is packed into huge pages and then moved, part by part, to where it was.

use core::ffi::{c_int, c_void};
use core::ptr::null_mut;

/// What one huge page holds.
pub(crate) const HUGE: usize = 2 << 20;

const PROT_READ: c_int = 1;
const PROT_WRITE: c_int = 2;
const MAP_PRIVATE: c_int = 2;
const MAP_ANONYMOUS: c_int = 0x20;
const MADV_COLLAPSE: c_int = 25;
const MREMAP_MAYMOVE: c_int = 1;
const MREMAP_FIXED: c_int = 2;

unsafe extern "C" {
    fn mmap(at: *mut c_void, length: usize, access: c_int, flags: c_int, fd: c_int, offset: i64) -> *mut c_void;
    fn munmap(at: *mut c_void, length: usize) -> c_int;
    #[cfg(target_arch = "x86_64")]
    fn mprotect(at: *mut c_void, length: usize, access: c_int) -> c_int;
    fn madvise(at: *mut c_void, length: usize, advice: c_int) -> c_int;
    fn mremap(at: *mut c_void, length: usize, new: usize, flags: c_int, to: *mut c_void) -> *mut c_void;
}

/// Fresh memory that begins where a huge page does, to be filled from its start and moved away piece by piece.
pub(crate) struct Copy {
    mapped: usize,
    mapped_length: usize,
    start: usize,
    filled: usize,
    moved: usize,
}

impl Copy {
    /// Room for `length` bytes; absent where there is none.
    pub(crate) unsafe fn with_room(length: usize) -> Option<Self> {
        let mapped_length = length.next_multiple_of(HUGE) + HUGE;
        // SAFETY: memory of its own, wherever there is room.
        let mapped = unsafe {
            let (access, flags) = (PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS);
            mmap(null_mut(), mapped_length, access, flags, -1, 0) as usize
        };
        (mapped != usize::MAX).then_some(Self {
            mapped,
            mapped_length,
            start: mapped.next_multiple_of(HUGE),
            filled: 0,
            moved: 0,
        })
    }

    /// Copies what is at `from` behind what has been copied before.
    ///
    /// # Safety
    /// It can be read, and with all the rest there is room for it.
    pub(crate) unsafe fn fill(&mut self, from: usize, length: usize) {
        // SAFETY: the caller's; fresh memory overlaps with nothing.
        unsafe { (from as *const u8).copy_to_nonoverlapping((self.start + self.filled) as *mut u8, length) };
        self.filled += length;
    }

    /// Puts it on huge pages; whether there were as many to be had.
    pub(crate) unsafe fn collapse(&self) -> bool {
        let mut at = self.start;
        let mut are_huge = true;
        while at < self.start + self.filled {
            // SAFETY: memory of its own, the contents of which stay.
            are_huge &= unsafe { madvise(at as *mut c_void, HUGE, MADV_COLLAPSE) == 0 };
            at += HUGE;
        }
        are_huge
    }

    /// From now on it has this access only; whether it has.
    #[cfg(target_arch = "x86_64")]
    pub(crate) unsafe fn protect(&self, access: c_int) -> bool {
        // SAFETY: memory of its own, which nobody writes to any more.
        unsafe { mprotect(self.start as *mut c_void, self.filled, access) == 0 }
    }

    /// Moves the next `length` bytes to `place`, instead of what is mapped there.
    ///
    /// # Safety
    /// Those bytes are what is to be at `place`.
    pub(crate) unsafe fn move_to(&mut self, place: usize, length: usize) {
        // SAFETY: the caller's; one takes the place of the other in one step, so that nothing is missing at any time.
        unsafe {
            let (from, how) = (self.start + self.moved, MREMAP_MAYMOVE | MREMAP_FIXED);
            mremap(from as *mut c_void, length, length, how, place as *mut c_void);
        }
        self.moved += length;
    }

    /// Gives back what has not been moved.
    pub(crate) unsafe fn unmap_rest(self) {
        let rest = self.start + self.moved;
        // SAFETY: memory of its own; what has been moved is a hole by now and left out.
        unsafe {
            if self.start > self.mapped {
                munmap(self.mapped as *mut c_void, self.start - self.mapped);
            }
            munmap(rest as *mut c_void, self.mapped + self.mapped_length - rest);
        }
    }
}

/// Puts what lies in `count` ranges, a start and an end each, on large pages, where the system has some to give.
///
/// # Safety
/// The process has a single thread; the ranges are whole pages of private memory that can be read and written, and the
/// stack is in none of them.
pub(crate) unsafe fn gather(ranges: *const [usize; 2], count: usize) {
    // SAFETY: the caller's. Nothing is written to the ranges between the copy and the move, but for an error number
    // that nobody reads.
    unsafe {
        let range = |index: usize| ranges.add(index).read_unaligned();
        let mut total = 0;
        let mut index = 0;
        while index < count {
            let [start, end] = range(index);
            total += end - start;
            index += 1;
        }
        let Some(mut copy) = Copy::with_room(total) else {
            return;
        };
        index = 0;
        while index < count {
            let [start, end] = range(index);
            copy.fill(start, end - start);
            index += 1;
        }
        if copy.collapse() {
            index = 0;
            while index < count {
                let [start, end] = range(index);
                copy.move_to(start, end - start);
                index += 1;
            }
        }
        copy.unmap_rest();
    }
}
