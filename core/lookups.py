"""Lookups of our own. Registered when the core is loaded."""

from django.db.models import BigIntegerField, ForeignKey, Lookup


@BigIntegerField.register_lookup
@ForeignKey.register_lookup
class Among(Lookup):
    """`pk__among=ids`: one of thousands of keys, given to PostgreSQL as one array.

    `pk__in` writes a parameter for each, which takes longer to write and to read than many statements take to run.
    """

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler, connection) -> tuple[str, list]:
        """`column = ANY(array)`."""
        column, params = self.process_lhs(compiler, connection)
        return f"{column} = ANY(%s::bigint[])", [*params, list(self.rhs)]
