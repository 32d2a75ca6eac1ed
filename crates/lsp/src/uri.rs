//! Addresses of files.

use std::path::{Path, PathBuf};

use lsp_types::Uri;
use yoe_notation::percent;

/// The path of a file; absent for what is no file of this machine.
pub(crate) fn path(uri: &Uri) -> Option<PathBuf> {
    let rest = uri.as_str().strip_prefix("file://")?;
    let path = rest.get(rest.find('/')?..)?;
    let text = String::from_utf8(percent::decode(path)?).ok()?;
    (!text.contains('\0')).then(|| PathBuf::from(text))
}

/// The address of a file; absent when its path is not UTF-8.
pub(crate) fn uri(path: &Path) -> Option<Uri> {
    format!("file://{}", percent::encode(path.to_str()?, "/")).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_and_its_address() {
        let strange = Path::new("/a b/ü%/x+y.star");
        let address = uri(strange).unwrap();
        assert_eq!(address.as_str(), "file:///a%20b/%C3%BC%25/x%2By.star");
        assert_eq!(path(&address).as_deref(), Some(strange));
        for text in ["untitled:one", "file:x", "file://host", "file:///%zz", "file:///%ff"] {
            assert_eq!(text.parse::<Uri>().ok().and_then(|uri| path(&uri)), None, "{text}");
        }
    }
}
