//! `yoe.lock`.

#![no_main]

use libfuzzer_sys::fuzz_target;
use yoe_fetch::lock::file::{parse, render};

fuzz_target!(init: yoe_fuzz::seeds(seeds), |data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    match parse(text) {
        Ok(lock) => assert_eq!(parse(&render(&lock)).expect("what is written is read"), lock),
        Err(error) => assert!(error.line > 0 && error.column > 0),
    }
});

fn seeds() -> Vec<Vec<u8>> {
    let digest = "a".repeat(64);
    let file = format!("archive = \"debian\", path = \"pool/a\", size = 1, sha256 = \"{digest}\"");
    let text = format!(
        "version = 1\n\n[suite.\"debian/trixie\"]\ndate = 7\nrelease = \"{digest}\"\nsigned_by = \"AB\"\n\n[container.\"a\"]\nrequest = \"{digest}\"\n\
         packages = [\n    {{ name = \"a\", version = \"1\", {file} }},\n]\n\n[source.\"debian:a@1\"]\nfiles = [\n    {{ {file} }},\n]\n\n\
         [source.\"go:a@v1\"]\ntree = \"{digest}\"\n"
    );
    vec![text.into()]
}
