//! How formats write bytes, points in time and texts: hexadecimal digits, dates of the Gregorian calendar in UTC, and what addresses
//! cannot hold as it is.

pub mod date;
pub mod hex;
pub mod percent;
