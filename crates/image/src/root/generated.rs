//! What the image adds to its packages.

use super::tree::RootTree;
use super::{RootRequest, accounts, installed, os_release, world};
use crate::ImageError;
use crate::services::{self, Rendered};
use yoe_model::Service;

const OS_RELEASE: &str = "usr/lib/os-release";
/// Where a device has the texts of the licences of all that is on it.
const NOTICE: &str = "usr/share/licenses/NOTICE.gz";

/// Adds host name, what becomes of changes to /etc, os-release, services, keys and the package database. Returns os-release's text.
pub(super) fn add(
    tree: &mut RootTree,
    request: &RootRequest<'_>,
    services: &[&Service],
) -> Result<String, ImageError> {
    let path = std::path::Path::new("the root tree");
    let of_packages = tree.text(OS_RELEASE).map_err(ImageError::io("read", path))?;
    let os_release = os_release::text(of_packages.as_deref(), request.image, request.epoch);
    let mut files = vec![
        (OS_RELEASE.to_owned(), os_release.clone(), 0o644),
        ("etc/hostname".to_owned(), format!("{}\n", request.image.hostname), 0o644),
        ("usr/lib/yoe/etc".to_owned(), format!("{}\n", request.image.etc.as_str()), 0o644),
        ("etc/apk/arch".to_owned(), format!("{}\n", request.arch), 0o644),
        ("etc/apk/world".to_owned(), world::text(tree, &request.image.artifacts), 0o644),
    ];
    accounts::add(tree, request.image)?;
    for key in request.device_keys {
        files.push((format!("etc/apk/keys/{}", key.file_name()), key.to_pem(), 0o644));
    }
    for (name, text, mode) in files {
        tree.put(&name, &text, mode).map_err(ImageError::io("write a file of", path))?;
    }
    if let Some(notice) = request.notice {
        let mut file = std::fs::File::open(notice).map_err(ImageError::io("read", notice))?;
        tree.put_bytes(NOTICE, &mut file, 0o644).map_err(ImageError::io("write a file of", path))?;
    }
    for rendered in
        services::render(request.image.init, services, tree).map_err(ImageError::io("read", path))?
    {
        match rendered {
            Rendered::File { path: name, text, mode } => tree.put(&name, &text, mode),
            Rendered::Link { path: name, target } => {
                tree.put_link(&name, &target);
                Ok(())
            }
        }
        .map_err(ImageError::io("write a file of", path))?;
    }
    // Last: it holds the checksums of what packages own and the image changed.
    let database = installed::text(tree);
    tree.put("lib/apk/db/installed", &database, 0o644).map_err(ImageError::io("write a file of", path))?;
    Ok(os_release)
}
