//! Near names: what the user may have meant.

/// The candidate closest to `name`, when one is close enough to be worth saying.
///
/// Equal distances are decided by the name, so that the answer does not depend on the order of asking.
pub(crate) fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let allowed = match name.len() {
        0..=2 => 1,
        3..=8 => 2,
        _ => 3,
    };
    candidates
        .into_iter()
        .filter(|candidate| candidate.len().abs_diff(name.len()) <= allowed && *candidate != name)
        .map(|candidate| (strsim::damerau_levenshtein(name, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= allowed && *distance < candidate.len())
        .min()
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_typing_mistake_finds_its_name() {
        assert_eq!(nearest("NF_TABELS", ["NF_TABLES", "NF_NAT"]), Some("NF_TABLES"));
        assert_eq!(nearest("dokcer", ["docker", "podman"]), Some("docker"));
    }

    #[test]
    fn what_is_far_is_not_offered() {
        assert_eq!(nearest("OVERLAY_FS", ["NF_TABLES", "VETH"]), None);
        assert_eq!(nearest("", ["B"]), None);
    }
}
