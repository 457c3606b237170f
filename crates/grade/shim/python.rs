//! The Python binding of the sandbox's fork server: an extension module.
//!
//! `settle()` prepares the warm interpreter for being forked. `serve(fd)` returns a job, as bytes, in a child;
//! `next_job(code)` ends it and returns the next one of its batch. `items(dictionary)` notes what is in a
//! dictionary and `has_items(dictionary, noted)` says whether it still is.
//!
//! Built by the build script as a dependency-free shared library and embedded in the binary. It declares the few
//! functions of the stable C API that it calls, so it needs no Python headers and loads into any CPython 3 with
//! a global lock.

#![no_std]
#![allow(unsafe_code)]

#[path = "../../sandbox/inside/fork_server.rs"]
mod fork_server;
#[path = "../../sandbox/inside/large_pages.rs"]
mod large_pages;
#[path = "../../sandbox/inside/settle.rs"]
mod settle;
#[cfg(target_arch = "x86_64")]
#[path = "../../sandbox/inside/text.rs"]
mod text;

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
    fn PyBytes_Size(bytes: *mut c_void) -> isize;
    fn PyErr_Clear();
    fn PyTuple_GetItem(tuple: *mut c_void, at: isize) -> *mut c_void;
    fn PyDict_Size(dictionary: *mut c_void) -> isize;
    fn PyDict_Next(
        dictionary: *mut c_void,
        at: *mut isize,
        key: *mut *mut c_void,
        value: *mut *mut c_void,
    ) -> c_int;
    fn PyBool_FromLong(value: c_long) -> *mut c_void;
    fn Py_IncRef(object: *mut c_void);
    static mut _Py_NoneStruct: c_void;
}

/// A key and its value.
type Item = [*mut c_void; 2];

const METH_VARARGS: c_int = 1;
const METH_NOARGS: c_int = 4;
const METH_O: c_int = 8;
/// `PYTHON_ABI_VERSION`: the stable interface.
const ABI_VERSION: c_int = 3;

static mut METHODS: [MethodDef; 6] = [
    MethodDef { name: c"settle".as_ptr(), function: Some(settle), flags: METH_NOARGS, doc: core::ptr::null() },
    MethodDef { name: c"serve".as_ptr(), function: Some(serve), flags: METH_O, doc: core::ptr::null() },
    MethodDef { name: c"next_job".as_ptr(), function: Some(next_job), flags: METH_O, doc: core::ptr::null() },
    MethodDef { name: c"items".as_ptr(), function: Some(items), flags: METH_O, doc: core::ptr::null() },
    MethodDef { name: c"has_items".as_ptr(), function: Some(has_items), flags: METH_VARARGS, doc: core::ptr::null() },
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
        // Elsewhere a processor would have to be told that the copy is code.
        #[cfg(target_arch = "x86_64")]
        text::onto_huge_pages();
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
        if fork_server::next_job(code as c_int) {
            job()
        } else {
            PyBytes_FromStringAndSize(core::ptr::null(), 0)
        }
    }
}

/// A dictionary's keys and values, as bytes that mean nothing but their identity and order.
unsafe extern "C" fn items(_module: *mut c_void, dictionary: *mut c_void) -> *mut c_void {
    // SAFETY: called by the interpreter while it holds its lock; a new bytes object may be written to until others see
    // it, and it has room for all items.
    unsafe {
        let length = PyDict_Size(dictionary);
        if length < 0 {
            return null_mut();
        }
        let bytes = PyBytes_FromStringAndSize(core::ptr::null(), length * size_of::<Item>() as isize);
        if !bytes.is_null() {
            let mut into = PyBytes_AsString(bytes).cast::<Item>();
            for_each_item(dictionary, |item| {
                into.write_unaligned(item);
                into = into.add(1);
                true
            });
        }
        bytes
    }
}

/// Whether a dictionary has the items that were noted before. What is no dictionary has none.
unsafe extern "C" fn has_items(_module: *mut c_void, two: *mut c_void) -> *mut c_void {
    // SAFETY: called by the interpreter with a tuple, while it holds its lock; what is borrowed from it is only compared,
    // and as many items are read as were noted.
    unsafe {
        let (dictionary, noted) = (PyTuple_GetItem(two, 0), PyTuple_GetItem(two, 1));
        if dictionary.is_null() || noted.is_null() {
            return null_mut();
        }
        let mut expected = PyBytes_AsString(noted).cast::<Item>();
        if expected.is_null() {
            return null_mut();
        }
        let is_as_long = PyDict_Size(dictionary) * size_of::<Item>() as isize == PyBytes_Size(noted);
        PyErr_Clear();
        let has_them = is_as_long
            && for_each_item(dictionary, |item| {
                let is_same = expected.read_unaligned() == item;
                expected = expected.add(1);
                is_same
            });
        PyBool_FromLong(c_long::from(has_them))
    }
}

/// Goes through a dictionary as long as `goes_on` says so, without writing to what is in it: a child pays for each page
/// that it writes to. Whether it came to the end.
unsafe fn for_each_item(dictionary: *mut c_void, mut goes_on: impl FnMut(Item) -> bool) -> bool {
    let mut at = 0;
    let [mut key, mut value] = [null_mut(); 2];
    // SAFETY: a dictionary that nothing changes meanwhile, and pointers to locals.
    while unsafe { PyDict_Next(dictionary, &raw mut at, &raw mut key, &raw mut value) } != 0 {
        if !goes_on([key, value]) {
            return false;
        }
    }
    true
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
