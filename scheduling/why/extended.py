"""A roster's problem with people who are not there: some to hire, and some with one skill more."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from scheduling.entries import ANY
from scheduling.people import Person
from scheduling.roster.build import Built, build
from scheduling.roster.grid import lay
from scheduling.roster.problem import Problem
from scheduling.rules import Rules

_Class = tuple[object, ...]


@dataclass(frozen=True)
class Extended:
    """The problem of a crew, followed by newcomers and by one model for each kind of person to train."""

    built: Built
    people: int  # of the crew itself
    hires: Mapping[tuple[str, str], range]  # by contract and queue
    models: Mapping[tuple[_Class, str], int]  # by kind of person and queue to be learned

    def newcomers(self, contract: str, queue: str) -> range:
        """Return the numbers of people of a contract who know one queue and do not work yet."""
        return self.hires.get((contract, queue), range(0))

    def trained(self, p: Problem, queue: str, people: Sequence[int]) -> Problem:
        """Return the problem in which some people know a queue more."""
        person = p.person.copy()
        for i in people:
            model = self.models[_kind(self.built.crew[i]), queue]
            for name in ("menu", "skills"):
                person[name][i] = p.person[name][model]
        return p._replace(person=person)


def extend(
    requirement: pd.DataFrame,
    crew: tuple[Person, ...],
    rules: Rules,
    previous: pd.DataFrame | None,
    queues: Sequence[str],
    each: int,
) -> Extended:
    """Build a roster's problem with `each` newcomers for every contract and queue of some."""
    everyone = list(crew)
    hires: dict[tuple[str, str], range] = {}
    models: dict[tuple[_Class, str], int] = {}
    for queue in queues:
        for name in rules.contracts:
            first = len(everyone)
            everyone += [_newcomer(name, queue, number, rules) for number in range(each)]
            hires[name, queue] = range(first, len(everyone))
        for person in crew:
            key = (_kind(person), queue)
            if queue not in person.skills and key not in models:
                models[key] = len(everyone)
                skills = {**person.skills, queue: rules.queue(queue).least_level}
                everyone.append(replace(person, name=f"{person.name} with {queue}", skills=skills, fixed=()))
    grid = lay(requirement, rules, tuple(everyone))
    return Extended(build(grid, tuple(everyone), rules, previous), len(crew), hires, models)


def _kind(person: Person) -> _Class:
    """Return all that a person's menu depends on."""
    return person.terms, frozenset(person.skills)


def _newcomer(contract: str, queue: str, number: int, rules: Rules) -> Person:
    terms = rules.contracts[contract].resolved(rules)
    return Person(
        name=f"newcomer {number + 1} of {contract} for {queue}",
        row=None,
        contract=contract,
        terms=terms,
        skills={queue: rules.queue(queue).least_level},
        windows=(ANY,) * 7,
        leave=frozenset(),
        training=frozenset(),
        training_h=terms.paid_hours(rules)[0],
        wishes_off=frozenset(),
        prefers="",
        fixed=(),
    )
