//! Whether a dependency is for the target: the conditions of `[target.'…'.dependencies]`.

use yoe_model::Arch;

/// Whether a condition holds for a device's programs: Linux, musl. One that nobody here knows counts as held, so that nothing
/// is left out that may be linked in.
pub(super) fn holds(condition: &str, arch: Arch) -> bool {
    match condition.strip_prefix("cfg(").and_then(|rest| rest.strip_suffix(')')) {
        Some(expression) => evaluate(expression.trim(), arch).unwrap_or(true),
        None => condition == format!("{arch}-unknown-linux-musl"),
    }
}

/// The value of an expression; `None` when it depends on what is not known.
fn evaluate(expression: &str, arch: Arch) -> Option<bool> {
    let call = expression.split_once('(').filter(|_| expression.ends_with(')'));
    if let Some((name, rest)) = call {
        let parts = split(&rest[..rest.len() - 1]);
        let mut values = parts.into_iter().map(|part| evaluate(part, arch));
        return match name.trim() {
            "not" => values.next()?.map(|value| !value),
            "all" => values
                .try_fold(Some(true), |all, value| match value {
                    Some(false) => Err(()),
                    value => Ok(all.and(value)),
                })
                .unwrap_or(Some(false)),
            "any" => values
                .try_fold(Some(false), |any, value| match value {
                    Some(true) => Err(()),
                    value => Ok(any.and(value)),
                })
                .unwrap_or(Some(true)),
            _ => None,
        };
    }
    match expression.split_once('=') {
        Some((key, value)) => equals(key.trim(), value.trim().trim_matches('"'), arch),
        // Flags of cargo's users, such as `loom`, are not set unless somebody sets them; nobody here does.
        None => Some(expression == "unix"),
    }
}

fn equals(key: &str, value: &str, arch: Arch) -> Option<bool> {
    let known = |is: &str| Some(value == is);
    match key {
        "target_os" => known("linux"),
        "target_family" => known("unix"),
        "target_env" => known("musl"),
        "target_arch" => known(arch.as_str()),
        "target_pointer_width" => known("64"),
        "target_endian" => known("little"),
        "target_vendor" => known("unknown"),
        _ => None,
    }
}

/// The parts of a list, apart by commas that are in no parentheses.
fn split(list: &str) -> Vec<&str> {
    let (mut depth, mut start, mut parts) = (0_usize, 0, Vec::new());
    for (at, letter) in list.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                parts.push(&list[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&list[start..]);
    parts.into_iter().map(str::trim).filter(|part| !part.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_of_real_crates() {
        for (condition, held) in [
            ("cfg(unix)", true),
            ("cfg(windows)", false),
            ("cfg(not(windows))", true),
            ("cfg(any(target_os = \"macos\", target_os = \"linux\"))", true),
            ("cfg(all(unix, not(target_os = \"macos\")))", true),
            ("cfg(all(target_arch = \"aarch64\", target_env = \"\"))", false),
            ("cfg(any(all(not(target_os = \"wasi\"), target_arch = \"wasm32\"), windows))", false),
            ("cfg(all(any(target_arch = \"x86_64\", target_arch = \"x86\"), target_env = \"musl\"))", true),
            ("cfg(loom)", false),
            ("cfg(not(loom))", true),
            ("cfg(target_has_atomic = \"ptr\")", true),
            ("cfg(all(windows, panic = \"unwind\"))", false),
            ("x86_64-unknown-linux-musl", true),
            ("x86_64-pc-windows-gnu", false),
        ] {
            assert_eq!(holds(condition, Arch::X86_64), held, "{condition}");
        }
    }
}
