//! Servers that want to know who asks.

use super::AddressError;

/// What requests of a download say besides their address, and what becomes of a server's question who asks.
///
/// The headers go to the address that they are given for and nowhere else: they are left out when it leads to another one. Without a
/// digest to hold an answer against, no address of `https://` leads to one of `http://`.
pub trait Access {
    /// Headers of a request to this address.
    fn headers(&self, url: &str) -> Vec<(&'static str, String)>;

    /// The address, and none that it led to, answered 401 with these challenges (RFC 9110, section 11.6.1) to a request with these
    /// headers. Gives whether there is something else to say now.
    ///
    /// # Errors
    /// When that could not be found out.
    fn challenged(
        &self,
        url: &str,
        sent: &[(&'static str, String)],
        challenges: &[&str],
    ) -> Result<bool, AddressError>;

    /// What is to be done about this status, as the rest of a sentence.
    fn advice(&self, url: &str, status: u16) -> Option<String>;

    /// The value of this header of the answer that is read, when [`Self::wants`] named one.
    fn answered(&self, value: &str);

    /// The header of answers that is of interest.
    fn wants(&self) -> &'static str;
}
