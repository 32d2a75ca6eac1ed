//! The reference page in docs/reference is what the builtins' own tables say.
#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

use std::path::Path;

#[test]
fn the_reference_page_is_current() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/language.md");
    let wanted = yoe_lang::reference();
    if std::env::var_os("YOE_BLESS").is_some() {
        std::fs::create_dir_all(page.parent().unwrap()).unwrap();
        std::fs::write(&page, &wanted).unwrap();
    }
    let found = std::fs::read_to_string(&page).unwrap_or_default();
    assert!(
        found == wanted,
        "YOE_BLESS=1 cargo test --package yoe-lang --test reference writes docs/reference/language.md anew"
    );
}
