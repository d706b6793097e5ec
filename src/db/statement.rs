//! How a statement is written down, and how it is run on either engine.

/// One SQL statement: its name is what messages and the test's list call it.
#[derive(Debug, Clone, Copy)]
pub struct Statement {
    pub name: &'static str,
    pub sql: &'static str,
}

/// Constants of a group, and the list of them all.
macro_rules! statements {
    ($($(#[$doc:meta])* $name:ident = $sql:literal;)+) => {
        $($(#[$doc])* const $name: $crate::db::Statement =
            $crate::db::Statement { name: concat!(module_path!(), "::", stringify!($name)), sql: $sql };)+
        /// Every statement of this file.
        pub const ALL: &[$crate::db::Statement] = &[$($name),+];
    };
}

/// Expands one call chain for both engines; the chain names the transaction.
macro_rules! both {
    ($tx:expr, $connection:ident => $chain:expr) => {
        match $tx {
            $crate::db::Tx::Lite($connection) => $chain,
            $crate::db::Tx::Pg($connection) => $chain,
        }
    };
}

/// Runs a statement; how many rows it changed.
macro_rules! execute {
    ($tx:expr, $statement:expr $(, $bind:expr)* $(,)?) => {{
        let statement: $crate::db::Statement = $statement;
        both!($tx, connection => sqlx::query(statement.sql)
            $(.bind($bind))*
            .execute(&mut **connection)
            .await
            .map(|done| done.rows_affected()))
        .map_err(|source| $crate::db::DbError::Statement { statement: statement.name, source: Box::new(source) })
    }};
}

/// Runs a statement; the rows it gives, as a type declared by [`row!`].
macro_rules! fetch {
    ($tx:expr, $row:ty, $statement:expr $(, $bind:expr)* $(,)?) => {{
        let statement: $crate::db::Statement = $statement;
        both!($tx, connection => sqlx::query_as::<_, $row>(statement.sql)
            $(.bind($bind))*
            .fetch_all(&mut **connection)
            .await)
        .map_err(|source| $crate::db::DbError::Statement { statement: statement.name, source: Box::new(source) })
    }};
}

/// A row of a result, its fields named as the columns are.
macro_rules! row {
    ($name:ident { $($field:ident: $type:ty),+ $(,)? }) => {
        #[derive(Debug)]
        struct $name { $($field: $type),+ }

        row!(@from $name sqlx::sqlite::SqliteRow { $($field),+ });
        row!(@from $name sqlx::postgres::PgRow { $($field),+ });
    };
    (@from $name:ident $row:ty { $($field:ident),+ }) => {
        impl<'r> sqlx::FromRow<'r, $row> for $name {
            fn from_row(row: &'r $row) -> Result<Self, sqlx::Error> {
                Ok(Self { $($field: sqlx::Row::try_get(row, stringify!($field))?),+ })
            }
        }
    };
}
