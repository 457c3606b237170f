//! Which vector instructions the processor has, and the one way in which this crate uses them.
//!
//! Operations are ordinary Rust. [`vectorized!`] compiles each once for every [`Isa`] and picks at run time; the
//! compiler vectorizes, and never reorders a sum. Every multiply-add is written `mul_add`, which rounds once on every
//! instruction set, so all of them give the same bits.

// Calls into code compiled for an instruction set are the only `unsafe` of this crate.
#![allow(unsafe_code)]

use std::ops::Range;
use std::sync::atomic::{AtomicU8, Ordering};

/// A set of vector instructions, narrowest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Isa {
    /// What every processor of the target architecture has. On x86-64 that is without a fused multiply-add: right, and slow.
    Baseline = 1,
    /// AVX2 and FMA: x86-64 processors since 2013 (Intel) and 2015 (AMD).
    Avx2 = 2,
}

/// 0 until the processor has been asked.
static IN_USE: AtomicU8 = AtomicU8::new(0);

impl Isa {
    /// The widest that this processor has.
    pub fn detected() -> Self {
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
            return Isa::Avx2;
        }
        Isa::Baseline
    }

    /// The one that operations use from now on: `widest`, or what the processor has if that is less. For comparisons;
    /// results are the same, bit for bit.
    pub fn limit(widest: Self) {
        IN_USE.store(Self::detected().min(widest) as u8, Ordering::Relaxed);
    }

    /// The one that operations use.
    #[inline]
    pub fn in_use() -> Self {
        match IN_USE.load(Ordering::Relaxed) {
            0 => {
                Self::limit(Isa::Avx2);
                Self::in_use()
            }
            1 => Isa::Baseline,
            _ => Isa::Avx2,
        }
    }

    /// The name shown to people.
    pub fn as_str(self) -> &'static str {
        match self {
            Isa::Baseline => "baseline",
            Isa::Avx2 => "AVX2",
        }
    }
}

/// Asks the memory for the elements of a range, as far as they are there, ahead of their use. Changes no result.
#[inline(always)]
pub(crate) fn prefetch<T>(data: &[T], range: Range<usize>) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T1, _mm_prefetch};
        const LINE: usize = 64;
        let range = range.start.min(data.len())..range.end.min(data.len());
        for element in data[range].iter().step_by(LINE / size_of::<T>()) {
            // SAFETY: the address is that of an element, and a prefetch reads nothing into the program.
            unsafe { _mm_prefetch::<_MM_HINT_T1>(std::ptr::from_ref(element).cast()) };
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (data, range);
}

/// Compiles a function once for each [`Isa`] and calls the one in use. What it calls must be `#[inline(always)]` to be
/// compiled along.
macro_rules! vectorized {
    ($(#[$meta:meta])* $vis:vis fn $name:ident($($arg:ident: $ty:ty),* $(,)?) $(-> $ret:ty)? $body:block) => {
        $(#[$meta])*
        #[allow(unsafe_code, reason = "calls code compiled for the detected instruction set")]
        $vis fn $name($($arg: $ty),*) $(-> $ret)? {
            #[inline(always)]
            fn body($($arg: $ty),*) $(-> $ret)? $body

            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx2,fma")]
                fn avx2($($arg: $ty),*) $(-> $ret)? {
                    body($($arg),*)
                }
                if $crate::simd::Isa::in_use() == $crate::simd::Isa::Avx2 {
                    // SAFETY: `in_use` never names an instruction set that the processor was not found to have.
                    return unsafe { avx2($($arg),*) };
                }
            }
            body($($arg),*)
        }
    };
}

pub(crate) use vectorized;
