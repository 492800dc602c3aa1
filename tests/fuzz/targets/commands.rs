#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    hookproof_fuzz::commands(data);
    hookproof_fuzz::coverage::add();
});
