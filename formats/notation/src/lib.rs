//! How formats write bytes and points in time: hexadecimal digits, and dates of the Gregorian calendar in UTC.

pub mod date;
pub mod hex;
