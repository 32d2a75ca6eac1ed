//! Near names in messages of commands.

pub use yoe_model::nearest;

/// What exists, for a hint: the near name alone, or all names when there are few.
pub fn hint<'a>(name: &str, what: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    const FEW: usize = 12;
    let known: Vec<&str> = known.into_iter().collect();
    match nearest(name, known.iter().copied()) {
        Some(near) => format!("did you mean {near:?}?"),
        None if known.is_empty() => format!("there is no {what} yet"),
        None if known.len() <= FEW => format!("available: {}", known.join(", ")),
        None => format!("available: {} and {} more", known[..FEW].join(", "), known.len() - FEW),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_near_name_is_named_else_all_when_they_are_few() {
        let known = ["base-image", "dev-image", "container-host-image"];
        assert_eq!(hint("toaster", "image", known), "available: base-image, dev-image, container-host-image");
        assert_eq!(hint("toaster", "image", []), "there is no image yet");
        assert_eq!(hint("dev-imag", "image", known), "did you mean \"dev-image\"?");
    }
}
