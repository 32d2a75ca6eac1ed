//! Which files a unit is made from, apart from its definition.

use yoe_model::{Source, TreeFilter, Unit};

/// Whether a change of this file changes what the unit is made from, apart from its definition.
pub(super) fn is_file_of(unit: &Unit, file: &str) -> bool {
    let own = unit.origin.file.strip_suffix(".star").unwrap_or_default();
    if below(file, own).is_some() {
        return true;
    }
    unit.sources.iter().any(|entry| match &entry.source {
        Source::Path { path, exclude } => {
            below(file, path.trim_end_matches('/')).is_some_and(|rest| taken(&TreeFilter::new(exclude), rest))
        }
        _ => false,
    })
}

/// Whether a filter takes a file and every directory on the way to it.
fn taken(filter: &TreeFilter<'_>, file: &str) -> bool {
    let ends = file.match_indices('/').map(|(end, _)| end).chain([file.len()]);
    ends.into_iter().all(|end| filter.takes(&file[..end]))
}

/// The rest of a path below a directory.
fn below<'a>(file: &'a str, directory: &str) -> Option<&'a str> {
    if directory == "." {
        return Some(file);
    }
    file.strip_prefix(directory)?.strip_prefix('/').filter(|_| !directory.is_empty())
}
