//! The Python binding of the sandbox's fork server: an extension module with one function, `serve(fd)`.
//!
//! Built by the build script as a dependency-free shared library and embedded in the binary. It declares the few
//! functions of the stable C API that it calls, so it needs no Python headers and loads into any CPython 3 with
//! a global lock.

#![no_std]
#![allow(unsafe_code)]

#[path = "../../sandbox/inside/fork_server.rs"]
mod fork_server;

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
    fn PyLong_FromLong(value: c_long) -> *mut c_void;
    fn PyErr_Occurred() -> *mut c_void;
}

const METH_O: c_int = 8;
/// `PYTHON_ABI_VERSION`: the stable interface.
const ABI_VERSION: c_int = 3;

static mut METHODS: [MethodDef; 2] = [
    MethodDef { name: c"serve".as_ptr(), function: Some(serve), flags: METH_O, doc: core::ptr::null() },
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

/// Serves jobs; returns the job's descriptor, in a child.
unsafe extern "C" fn serve(_module: *mut c_void, control: *mut c_void) -> *mut c_void {
    // SAFETY: called by the interpreter with a valid object while it holds its lock and runs a single thread.
    unsafe {
        let control = PyLong_AsLong(control);
        if !PyErr_Occurred().is_null() {
            return null_mut();
        }
        fork_server::serve(control as c_int);
        PyLong_FromLong(c_long::from(fork_server::JOB_FD))
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
