"""Conditions that sessions add: the SQL is shared, what they are bound to is not."""

from __future__ import annotations

from sqlalchemy import bindparam, create_engine, event, select
from sqlalchemy.orm import DeclarativeBase, Mapped, ORMExecuteState, Session, mapped_column

from storage.query_criteria import BUILT_ONCE, Condition, add


class Base(DeclarativeBase):
    """A table of our own."""


class Thing(Base):
    __tablename__ = "thing"
    id: Mapped[int] = mapped_column(primary_key=True)
    owner: Mapped[int]


def test_the_same_query_under_other_values_finds_other_rows_with_one_piece_of_sql() -> None:
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add_all(Thing(id=number, owner=number % 3) for number in range(30))
        session.commit()
        mine = {
            visible: Condition(Thing, Thing.owner.in_(visible))
            for visible in [(0,), (1, 2), (), (2,), (0,)]
        }
        for _ in range(2):
            for visible, condition in mine.items():
                query = select(Thing.id).where(Thing.id > 5).options(condition)
                result = set(session.scalars(query))
                assert result == {number for number in range(6, 30) if number % 3 in visible}, (
                    visible
                )
    stored = [key for key in engine._compiled_cache if "Condition" in repr(key)]  # type: ignore[union-attr]
    assert len(stored) == 1


def test_other_conditions_on_the_same_class_are_told_apart() -> None:
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add_all(Thing(id=number, owner=number) for number in range(5))
        session.commit()

        def result(condition: Condition) -> list[int]:
            return list(session.scalars(select(Thing.id).order_by(Thing.id).options(condition)))

        assert result(Condition(Thing, Thing.owner > 2)) == [3, 4]
        assert result(Condition(Thing, Thing.owner < 2)) == [0, 1]
        assert result(Condition(Thing, Thing.owner > 3)) == [4]


def test_a_query_that_is_built_once_heeds_the_conditions_of_whoever_asks() -> None:
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    query = select(Thing.id).where(Thing.id > bindparam("above")).order_by(Thing.id)
    query = query.execution_options(**BUILT_ONCE)
    even, odd = ((Condition(Thing, Thing.owner == owner),) for owner in (0, 1))
    with Session(engine) as session:
        session.add_all(Thing(id=number, owner=number % 2) for number in range(6))
        session.commit()

    class Asking(Session):
        """A session of somebody who sees some of the things."""

    @event.listens_for(Asking, "do_orm_execute")
    def narrow(state: ORMExecuteState) -> None:
        add(state, state.session.info["sees"])

    def result(sees: tuple[Condition, ...], above: int) -> list[int]:
        with Asking(engine, info={"sees": sees}) as session:
            return list(session.scalars(query, {"above": above}))

    assert result(even, 1) == [2, 4]
    assert result(odd, 1) == [3, 5]
    assert result(even, 3) == [4]
    assert result((), 3) == [4, 5]
