//! The files that an action downloads.

use yoe_fetch::client::{Remote, crate_file};
use yoe_plan::{ActionKind, Fetch};

use crate::error::ActionError;
use crate::make::Making;

/// The files that are unpacked to what the action gives; none of what a client of git or Go fetches, and of working trees.
pub(crate) fn unpacked(cx: &Making<'_>) -> Result<Vec<Remote>, ActionError> {
    let fetch = match &cx.action().kind {
        ActionKind::Container(container) => {
            return container.packages.iter().map(|package| cx.archive_file(&package.file)).collect();
        }
        ActionKind::RegistryImage(image) => {
            return Ok(cx.fetching().registries.files(&image.name, &image.image)?);
        }
        ActionKind::Source(source) => &source.fetch,
        _ => return Ok(Vec::new()),
    };
    match fetch {
        Fetch::Https { urls, name, sha256, .. } => {
            Ok(vec![Remote { urls: urls.clone(), size: None, sha256: *sha256, name: name.clone() }])
        }
        Fetch::Crate { name, version, sha256 } => {
            Ok(vec![crate_file(name, version, *sha256, &cx.fetching().mirrors)?])
        }
        Fetch::Debian { files, .. } => files.iter().map(|file| cx.archive_file(file)).collect(),
        Fetch::DebianPackage { package, .. } => Ok(vec![cx.archive_file(package)?]),
        Fetch::Git { .. } | Fetch::GoModule { .. } | Fetch::Path { .. } => Ok(Vec::new()),
    }
}

/// The same with the patches that are applied to them.
pub(crate) fn downloaded(cx: &Making<'_>) -> Result<Vec<Remote>, ActionError> {
    let mut files = unpacked(cx)?;
    if let ActionKind::Source(source) = &cx.action().kind
        && let Fetch::Debian { patches: Some(patches), .. } = &source.fetch
    {
        files.push(cx.archive_file(&patches.file)?);
    }
    Ok(files)
}
