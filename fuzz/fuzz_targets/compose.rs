//! A Compose file, and the variables next to it: what is read of it, or mistakes that each have a place in the text.

#![no_main]

use libfuzzer_sys::fuzz_target;
use yoe_compose::{dot_env, read};

fuzz_target!(init: yoe_fuzz::seeds(seeds), |data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let (variables, file) = text.split_once("\n===\n").unwrap_or(("", &text));
    match read(file, &dot_env(variables)) {
        Ok(compose) => assert!(!compose.services.is_empty()),
        Err(problems) => {
            assert!(!problems.is_empty());
            assert!(problems.iter().all(|problem| problem.at.line > 0 && problem.at.column > 0));
        }
    }
});

fn seeds() -> Vec<Vec<u8>> {
    let whole = include_str!("../../images/workload-image/compose.yaml");
    let aliases = "a: &a [x, x]\nb: &b [*a, *a]\nservices: {web: {<<: {image: w}, command: *b}}\n";
    let odd = "services:\n  web:\n    image: ${TAG:-a}\n    ports: [{target: 80, published: 1-2}, \"[::1]:80:80/udp\"]\n";
    vec![format!("PORT=1\n===\n{whole}").into(), aliases.into(), format!("TAG=\"1\"\n===\n{odd}").into(), b"a: |\n  b\n".to_vec()]
}
