//! Credentials, as systemd defines them: systemd.system-credentials(7).

/// Whether a text can be the name of a credential: 1 to 255 printable ASCII characters without space, `/`, `:` and `=`, and neither `.`
/// nor `..`.
pub fn is_credential_name(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_graphic() && !b"/:=".contains(&byte);
    (1..=255).contains(&text.len()) && !matches!(text, "." | "..") && text.bytes().all(allowed)
}
