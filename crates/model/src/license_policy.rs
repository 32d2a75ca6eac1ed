//! What an image demands of licences.

/// What an image demands of the licences of what is in it. It needs nothing but what was built, and enters no key: a policy that
/// changes builds nothing anew.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LicensePolicy {
    /// Identifiers of SPDX' list that nothing may need; one that ends in `*` stands for all that begin so.
    pub deny: Vec<String>,
}
