//! Near names: what the user may have meant.

/// The candidate closest to `name`, when one is close enough to be worth saying.
pub(crate) fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let allowed = match name.chars().count() {
        0 => return None,
        1..=2 => 1,
        3..=8 => 2,
        _ => 3,
    };
    // Equal distances are decided by the name itself, so that the answer does not depend on the order of asking.
    candidates
        .into_iter()
        .filter(|candidate| candidate.len().abs_diff(name.len()) <= 3 && *candidate != name)
        .map(|candidate| {
            (strsim::damerau_levenshtein(&name.to_lowercase(), &candidate.to_lowercase()), candidate)
        })
        .filter(|(distance, candidate)| *distance <= allowed && *distance < candidate.chars().count())
        .min()
        .map(|(_, candidate)| candidate)
}

/// The near name as a hint.
pub(crate) fn hint<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    nearest(name, candidates).map(|near| format!("did you mean `{near}`?"))
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_typing_mistake_finds_its_name() {
        assert_eq!(nearest("zlbi", ["zlib", "zstd", "musl"]), Some("zlib"));
        assert_eq!(nearest("licence", ["license", "name"]), Some("license"));
        assert_eq!(nearest("X86_64", ["x86_64", "aarch64"]), Some("x86_64"));
    }

    #[test]
    fn what_is_far_is_not_offered() {
        assert_eq!(nearest("openssl", ["zlib", "busybox"]), None);
        assert_eq!(nearest("a", ["b"]), None);
        assert_eq!(nearest("", ["b"]), None);
    }
}
