//! How formats write bytes, points in time and texts: hexadecimal digits, dates of the Gregorian calendar in UTC, what addresses
//! cannot hold as it is; in which order versions are, and what a system says of itself.

pub mod date;
pub mod hex;
pub mod os_release;
pub mod percent;
pub mod version;
