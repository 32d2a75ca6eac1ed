//! Accounts of an image.

use crate::Origin;
use crate::content_hash::content_hash;

/// An account that an image brings along. Its password and its keys are the image's: nothing that is written on the device
/// changes them for longer than a start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// The name.
    pub name: String,
    /// The number, also of the group of the same name. 0 is root's.
    pub uid: u32,
    /// Further groups that it is in.
    pub groups: Vec<String>,
    /// Public keys that open the SSH server's door, each a line of authorized_keys (sshd(8)) without options.
    pub ssh_keys: Vec<String>,
    /// The program that a log-in starts.
    pub shell: String,
    /// A hash as crypt(3) makes it; without one there is no password that fits.
    pub password_hash: Option<String>,
    /// Where it was written.
    pub origin: Origin,
}

content_hash!(User { name, uid, groups, ssh_keys, shell, password_hash } ignoring { origin });

impl User {
    /// The name of the administrator, whose account every image has.
    pub const ROOT: &str = "root";

    /// Its home directory.
    pub fn home(&self) -> String {
        if self.name == Self::ROOT { "/root".to_owned() } else { format!("/home/{}", self.name) }
    }
}
