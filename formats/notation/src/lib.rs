//! How formats write bytes, points in time and texts: hexadecimal digits, dates of the Gregorian calendar in UTC, what addresses
//! cannot hold as it is; and in which order versions are.

pub mod date;
pub mod hex;
pub mod percent;
pub mod version;
