//! Near names in messages of evaluation.

pub(crate) use yoe_model::nearest;

/// The near name as a hint.
pub(crate) fn hint<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    nearest(name, candidates).map(|near| format!("did you mean `{near}`?"))
}
