//! The Python binding of the sandbox's fork server: an extension module.
//!
//! `settle()` prepares the warm interpreter for being forked. `serve(fd)` returns a job, as bytes, in a child;
//! `next_job(code)` ends it and returns the next one of its batch.
//!
//! Built by the build script as a dependency-free shared library and embedded in the binary. It declares the few
//! functions of the stable C API that it calls, so it needs no Python headers and loads into any CPython 3 with
//! a global lock.

#![no_std]
#![allow(unsafe_code)]

#[path = "../../sandbox/inside/fork_server.rs"]
mod fork_server;
#[path = "../../sandbox/inside/settle.rs"]
mod settle;

use core::ffi::{c_char, c_int, c_long, c_void};
use core::ptr::null_mut;

#[repr(C)]
struct MethodDef {
    name: *const c_char,
    function: Option<unsafe extern "C" fn(*mut c_void, *mut c_void) -> *mut c_void>,
    flags: c_int,
    doc: *const c_char,
}

#[repr(C)]
struct ModuleDef {
    reference_count: isize,
    object_type: *mut c_void,
    init: *mut c_void,
    index: isize,
    copy: *mut c_void,
    name: *const c_char,
    doc: *const c_char,
    size: isize,
    methods: *mut MethodDef,
    slots: *mut c_void,
    traverse: *mut c_void,
    clear: *mut c_void,
    free: *mut c_void,
}

unsafe extern "C" {
    fn PyModule_Create2(module: *mut ModuleDef, api_version: c_int) -> *mut c_void;
    fn PyLong_AsLong(object: *mut c_void) -> c_long;
    fn PyBytes_FromStringAndSize(from: *const c_char, length: isize) -> *mut c_void;
    fn PyBytes_AsString(bytes: *mut c_void) -> *mut c_char;
    fn PyErr_Occurred() -> *mut c_void;
    fn PyMem_Malloc(size: usize) -> *mut c_void;
    fn Py_IncRef(object: *mut c_void);
    static mut _Py_NoneStruct: c_void;
}

const METH_NOARGS: c_int = 4;
const METH_O: c_int = 8;
/// `PYTHON_ABI_VERSION`: the stable interface.
const ABI_VERSION: c_int = 3;

static mut METHODS: [MethodDef; 4] = [
    MethodDef { name: c"settle".as_ptr(), function: Some(settle), flags: METH_NOARGS, doc: core::ptr::null() },
    MethodDef { name: c"serve".as_ptr(), function: Some(serve), flags: METH_O, doc: core::ptr::null() },
    MethodDef { name: c"next_job".as_ptr(), function: Some(next_job), flags: METH_O, doc: core::ptr::null() },
    MethodDef { name: core::ptr::null(), function: None, flags: 0, doc: core::ptr::null() },
];

static mut MODULE: ModuleDef = ModuleDef {
    reference_count: 1,
    object_type: null_mut(),
    init: null_mut(),
    index: 0,
    copy: null_mut(),
    name: c"scrl_zygote".as_ptr(),
    doc: core::ptr::null(),
    size: -1,
    methods: (&raw mut METHODS).cast(),
    slots: null_mut(),
    traverse: null_mut(),
    clear: null_mut(),
    free: null_mut(),
};

/// Prepares for being forked.
unsafe extern "C" fn settle(_module: *mut c_void, _: *mut c_void) -> *mut c_void {
    // SAFETY: called by the interpreter while it holds its lock and runs a single thread.
    unsafe {
        fill_pools();
        settle::fill_heap();
        let none = &raw mut _Py_NoneStruct;
        Py_IncRef(none);
        none
    }
}

/// Sizes that the interpreter takes from pools of its own, a pool for each sixteen bytes.
const POOLED: usize = 512;
/// What a pool starts with, and what its size is a multiple of.
const POOL_HEADER: usize = 48;
const POOL: usize = 4 << 10;
/// More than this is not taken of any size.
const MOST_IN_POOLS: usize = 1 << 20;

/// Takes all free places in pools that have other things in them, for good: the objects of children then lie
/// together in fresh pools.
unsafe fn fill_pools() {
    let mut size = 16;
    while size <= POOLED {
        let (mut before, mut taken) = (0, 0);
        while taken < MOST_IN_POOLS {
            // SAFETY: memory that is taken and never used.
            let place = unsafe { PyMem_Malloc(size) } as usize;
            if before % POOL == POOL_HEADER && place == before + size {
                break;
            }
            before = place;
            taken += size;
        }
        size += 16;
    }
}

/// Serves jobs; returns the job, in a child.
unsafe extern "C" fn serve(_module: *mut c_void, control: *mut c_void) -> *mut c_void {
    // SAFETY: called by the interpreter with a valid object while it holds its lock and runs a single thread.
    unsafe {
        let control = PyLong_AsLong(control);
        if !PyErr_Occurred().is_null() {
            return null_mut();
        }
        fork_server::serve(control as c_int);
        job()
    }
}

/// Ends the job with this exit code; returns the next one.
unsafe extern "C" fn next_job(_module: *mut c_void, code: *mut c_void) -> *mut c_void {
    // SAFETY: as above; the driver calls it when the program's threads have ended.
    unsafe {
        let code = PyLong_AsLong(code);
        if !PyErr_Occurred().is_null() {
            return null_mut();
        }
        fork_server::next_job(code as c_int);
        job()
    }
}

unsafe fn job() -> *mut c_void {
    // SAFETY: a new bytes object may be written to until others see it.
    unsafe {
        let length = fork_server::job_bytes();
        let bytes = PyBytes_FromStringAndSize(core::ptr::null(), length as isize);
        if !bytes.is_null() {
            fork_server::read_job(PyBytes_AsString(bytes).cast(), length);
        }
        bytes
    }
}

/// The module's entry point, called by the interpreter's import.
///
/// # Safety
/// Called once, by the interpreter.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyInit_scrl_zygote() -> *mut c_void {
    // SAFETY: the definition is static and the interpreter calls this once.
    unsafe { PyModule_Create2(&raw mut MODULE, ABI_VERSION) }
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {}
}
