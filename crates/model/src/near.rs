//! Near names: what the user may have meant.

/// The candidate closest to `name`, when one is close enough to be worth naming: one letter of a short name may differ, three of a
/// long one. Case does not count, and two letters that changed places are one difference (Damerau-Levenshtein).
///
/// Equal distances are decided by the candidates themselves, so that the answer does not depend on the order of asking.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let allowed = match name.chars().count() {
        0 => return None,
        1..=2 => 1,
        3..=8 => 2,
        _ => 3,
    };
    let small = name.to_lowercase();
    candidates
        .into_iter()
        .filter(|candidate| candidate.len().abs_diff(name.len()) <= allowed && *candidate != name)
        .map(|candidate| (strsim::damerau_levenshtein(&small, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| *distance <= allowed && *distance < candidate.chars().count())
        .min()
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_typing_mistake_finds_its_name() {
        assert_eq!(nearest("zlbi", ["zlib", "zstd", "musl"]), Some("zlib"));
        assert_eq!(nearest("licence", ["license", "name"]), Some("license"));
        assert_eq!(nearest("X86_64", ["x86_64", "aarch64"]), Some("x86_64"));
        assert_eq!(nearest("NF_TABELS", ["NF_TABLES", "NF_NAT"]), Some("NF_TABLES"));
        let images = ["base-image", "dev-image", "container-host-image"];
        assert_eq!(nearest("conatiner-host-image", images), Some("container-host-image"));
    }

    #[test]
    fn the_order_of_asking_decides_nothing() {
        assert_eq!(nearest("lib", ["libb", "liba"]), Some("liba"));
        assert_eq!(nearest("lib", ["liba", "libb"]), Some("liba"));
    }

    #[test]
    fn what_is_far_is_not_offered() {
        assert_eq!(nearest("openssl", ["zlib", "busybox"]), None);
        assert_eq!(nearest("OVERLAY_FS", ["NF_TABLES", "VETH"]), None);
        assert_eq!(nearest("toaster", ["base-image", "dev-image"]), None);
        assert_eq!(nearest("a", ["b"]), None);
        assert_eq!(nearest("", ["b"]), None);
    }
}
