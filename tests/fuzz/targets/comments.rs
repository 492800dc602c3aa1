#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    hookproof_fuzz::comments(data);
    hookproof_fuzz::coverage::add();
});
