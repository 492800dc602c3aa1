//! With `COVERAGE` naming a file, the places of the code that the inputs of a run reached are written there when it ends:
//! each place's address in the program, and 1 where it was reached. `coverage.py` counts them.

use std::ffi::c_int;
use std::fmt::Write as _;
use std::ptr::addr_of;
use std::sync::Mutex;

/// What the compiler leaves of a place: its address, and whether a function starts there.
#[repr(C)]
struct Place {
    address: usize,
    _flags: usize,
}

unsafe extern "C" {
    #[link_name = "__start___sancov_cntrs"]
    static FIRST_COUNTER: u8;
    #[link_name = "__stop___sancov_cntrs"]
    static LAST_COUNTER: u8;
    #[link_name = "__start___sancov_pcs"]
    static FIRST_PLACE: Place;
    fn atexit(call: extern "C" fn()) -> c_int;
}

static REACHED: Mutex<Vec<u8>> = Mutex::new(Vec::new());

fn counters() -> &'static [u8] {
    // SAFETY: the linker puts both around one array, which lives as long as the program; the fuzzer alone writes there
    // besides, before and after an input.
    unsafe {
        let first = addr_of!(FIRST_COUNTER);
        std::slice::from_raw_parts(first, addr_of!(LAST_COUNTER).offset_from(first) as usize)
    }
}

/// Adds what the input that has just run reached.
pub fn add() {
    if std::env::var_os("COVERAGE").is_none() {
        return;
    }
    let counters = counters();
    let mut reached = REACHED.lock().unwrap();
    if reached.is_empty() {
        reached.resize(counters.len(), 0);
        // SAFETY: a function of C's library, given a function that takes nothing and does not unwind.
        unsafe { atexit(write) };
    }
    for (all, now) in reached.iter_mut().zip(counters) {
        *all |= u8::from(*now != 0);
    }
}

extern "C" fn write() {
    let (Some(path), Ok(reached)) = (std::env::var_os("COVERAGE"), REACHED.lock()) else { return };
    // SAFETY: there are as many places as counters, in the same order.
    let places = unsafe { std::slice::from_raw_parts(addr_of!(FIRST_PLACE), reached.len()) };
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap_or_default();
    let program = std::env::current_exe().unwrap_or_default();
    let own = maps.lines().find(|line| line.ends_with(&*program.to_string_lossy()));
    let start = own.and_then(|line| line.split('-').next());
    let base = start.and_then(|start| usize::from_str_radix(start, 16).ok()).unwrap_or(0);
    let mut out = String::new();
    // What the linker left out has no address.
    for (place, reached) in places.iter().zip(&*reached).filter(|(place, _)| place.address > base) {
        let _ = writeln!(out, "{:x} {reached}", place.address - base);
    }
    let _ = std::fs::write(path, out);
}
