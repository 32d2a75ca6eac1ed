//! Near names: what the user may have meant.

use strsim::damerau_levenshtein;

/// The candidate closest to `name`, when it is close enough to be meant: a third of the letters may differ, one at least.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let allowed = (name.chars().count() / 3).max(1);
    let measured = candidates.into_iter().map(|candidate| (damerau_levenshtein(name, candidate), candidate));
    measured
        .filter(|(distance, candidate)| *distance <= allowed && *candidate != name)
        .min()
        .map(|(_, near)| near)
}

/// What exists, for a hint: the near name alone, or all names when there are few.
pub fn hint<'a>(name: &str, what: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    const FEW: usize = 12;
    let known: Vec<&str> = known.into_iter().collect();
    match nearest(name, known.iter().copied()) {
        Some(near) => format!("did you mean {near:?}?"),
        None if known.is_empty() => format!("there is no {what} yet"),
        None if known.len() <= FEW => format!("there is {}", known.join(", ")),
        None => format!("there is {} and {} more", known[..FEW].join(", "), known.len() - FEW),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typing_mistake_finds_its_name_and_nothing_else_does() {
        let known = ["base-image", "dev-image", "container-host-image"];
        assert_eq!(nearest("conatiner-host-image", known), Some("container-host-image"));
        assert_eq!(nearest("bas-image", known), Some("base-image"));
        assert_eq!(nearest("toaster", known), None);
        assert_eq!(hint("toaster", "image", known), "there is base-image, dev-image, container-host-image");
        assert_eq!(hint("toaster", "image", []), "there is no image yet");
        assert_eq!(hint("dev-imag", "image", known), "did you mean \"dev-image\"?");
    }
}
