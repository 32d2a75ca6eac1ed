//! What programs of others find in the flagship, held against what `yoe` says of it. They are compiled by Go, from the proxy that it is
//! set to, and the flagship is that of the store, which `cargo xtask test` has built before it runs these tests.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop here")]

mod flagship;
mod govulncheck;
mod programs;
mod syft;
