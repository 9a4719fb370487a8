"""Field history by statement: what a statement changed becomes its history in one statement more.

    @pghistory.track(InsertEvents(), UpdateEvents(), append_only=True)
    class Contact(models.Model): ...

For models of which thousands of rows change at a time. See docs/decisions/0019-history-by-statement.md.
A statement that left an entry is noted in `core.models.Change`, too.
"""

import pghistory
import pghistory.trigger
import pgtrigger


def planned_anew(rows: str, statement: str, mark: str) -> str:
    """PL/pgSQL of a statement's trigger: one statement, run by EXECUTE where there are `rows` at all.

    `rows` is the name of its old or new rows, `mark` a word that does not stand in the statement between dollar signs.
    """
    return f"IF EXISTS (SELECT FROM {rows}) THEN EXECUTE ${mark}$ {statement} ${mark}$; END IF; RETURN NULL;"


class StatementEvent(pghistory.trigger.Event):
    """pghistory's trigger for a whole statement, its query planned anew each time.

    PL/pgSQL would keep the plan of a connection's first run, which was made for the few rows there were then: joining
    the old rows with the new ones, it would take each of thousands against each.
    """

    level = pgtrigger.Statement

    def get_func(self, model) -> pgtrigger.Func:
        """The library's function, its one statement run by EXECUTE where there are rows at all, and the note."""
        entries = super().get_func(model).func.removesuffix("; RETURN NULL;")
        statement = (
            f"WITH entries AS ({entries} RETURNING 1)"  # noqa: S608 - the library's own statement
            " INSERT INTO core_change (at) SELECT statement_timestamp() FROM entries LIMIT 1"
        )
        rows = "old_values" if self.row == "OLD" else "new_values"
        return pgtrigger.Func(planned_anew(rows, statement, "history"))


class _ByStatement:
    """Registers the trigger above instead of the library's."""

    level = pgtrigger.Statement

    def add_event_trigger(self, event_model) -> None:
        """Called by pghistory when the model is made."""
        pgtrigger.register(
            StatementEvent(
                event_model=event_model,
                label=self.label,
                name=self.trigger_name,
                row=self.row,
                operation=self.operation,
                condition=self.condition,
                level=self.level,
            )
        )(event_model.pgh_tracked_model)


class InsertEvents(_ByStatement, pghistory.InsertEvent):
    """An entry for each row that a statement inserted."""


class UpdateEvents(_ByStatement, pghistory.UpdateEvent):
    """An entry for each row of which a statement changed anything that is tracked."""


class DeleteEvents(_ByStatement, pghistory.DeleteEvent):
    """An entry for each row that a statement deleted, with its last values."""
