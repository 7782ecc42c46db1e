"""From names in cells to rows of the record: model, school, room, order position; pure."""

from collections.abc import Mapping
from typing import Any

from netzwart.exchange.lists.book import Book, Known, LineRef, ModelRef, fold
from netzwart.exchange.lists.cells import CellValue
from netzwart.exchange.lists.columns import ListField

Said = Mapping[ListField, CellValue | None]


class Referring:
    """Looks up what one row names; what is not there becomes a fault of the row."""

    def __init__(self, book: Book, faults: dict[str, str]) -> None:
        self._book = book
        self._faults = faults

    def papers_and_model(self, said: Said) -> dict[str, Any]:
        """Return `model_id` and `order_line_id` as far as the row names them."""
        wanted: dict[str, Any] = {}
        line = self._line(said)
        if line is not None:
            wanted["order_line_id"] = line.id
        model = self._model(said)
        if model is not None:
            wanted["model_id"] = model.id
            if line is not None and line.model_id not in {None, model.id}:
                ordered = self._book.labels["model_id", line.model_id or 0]
                self._faults[ListField.MODEL] = f"Bestellt war {ordered}."
        elif line is not None and line.model_id is not None and ListField.MODEL not in said:
            wanted["model_id"] = line.model_id
        return wanted

    def maker_id(self, said: Said) -> int | None:
        """Return the manufacturer a row names, by itself or by its model."""
        maker = self._maker(said)
        if maker is not None:
            return maker
        found = self._book.models.get(fold(str(said.get(ListField.MODEL) or "")), [])
        return found[0].manufacturer_id if len(found) == 1 else None

    def place(self, said: Said, device: Known | None) -> dict[str, Any]:
        """Return `school_id` and `room_id` as far as the row names them."""
        wanted: dict[str, Any] = {}
        home: int | None = device["school_id"] if device else None
        school = said.get(ListField.SCHOOL)
        if school is not None:
            wanted["school_id"] = self._school(str(school))
            if wanted["school_id"] is None:
                del wanted["school_id"]
                return wanted
            if device is not None and wanted["school_id"] != home:
                wanted["room_id"] = None  # its room stays behind
            home = wanted["school_id"]
        if ListField.ROOM in said:
            room = said[ListField.ROOM]
            wanted["room_id"] = None if room is None else self._room(str(room), home)
            if room is not None and wanted["room_id"] is None:
                del wanted["room_id"]
        return wanted

    def _maker(self, said: Said) -> int | None:
        name = said.get(ListField.MANUFACTURER)
        if name is None:
            return None
        found = self._book.makers.get(fold(str(name)))
        if found is None:
            known = self._book.hint("maker", fold(str(name)), lambda: self._book.makers)
            self._faults[ListField.MANUFACTURER] = f"Den Hersteller „{name}“ gibt es nicht.{known}"
        return found

    def _model(self, said: Said) -> ModelRef | None:
        name = said.get(ListField.MODEL)
        if name is None:
            return None
        found = self._book.models.get(fold(str(name)), [])
        maker_id = self._maker(said)
        if maker_id is not None:
            found = [model for model in found if model.manufacturer_id == maker_id]
        if len(found) == 1:
            return found[0]
        if found:
            makers = ", ".join(sorted({model.manufacturer for model in found}))
            sentence = f"„{name}“ gibt es mehrfach ({makers}). Bitte den Hersteller nennen."
        else:
            sentence = f"Das Modell „{name}“ gibt es nicht.{self._near_model(str(name), maker_id)}"
        self._faults[ListField.MODEL] = sentence
        return None

    def _near_model(self, name: str, maker_id: int | None) -> str:
        return self._book.hint(
            f"model of {maker_id}",
            name,
            lambda: (
                model.name
                for model in self._book.models_by_id.values()
                if maker_id is None or model.manufacturer_id == maker_id
            ),
        )

    def _school(self, name: str) -> int | None:
        found = self._book.schools.get(fold(name), set())
        if len(found) == 1:
            return next(iter(found))
        if found:
            self._faults[ListField.SCHOOL] = (
                f"„{name}“ heißen mehrere Schulen. Bitte die Schulnummer nennen."
            )
        else:
            near = self._book.hint("school", fold(name), lambda: self._book.schools)
            self._faults[ListField.SCHOOL] = f"Die Schule „{name}“ gibt es nicht.{near}"
        return None

    def _room(self, name: str, school_id: int | None) -> int | None:
        if school_id is None:
            self._faults[ListField.ROOM] = "Ein Raum braucht eine Schule."
            return None
        found = self._book.rooms.get((school_id, fold(name)), set())
        if len(found) == 1:
            return next(iter(found))
        if found:
            self._faults[ListField.ROOM] = (
                f"„{name}“ heißen mehrere Räume. Bitte die Raumnummer nennen."
            )
            return None
        school = self._book.labels["school_id", school_id]
        near = self._book.hint(
            f"room of {school_id}",
            fold(name),
            lambda: (room for home, room in self._book.rooms if home == school_id),
        )
        self._faults[ListField.ROOM] = f"Den Raum „{name}“ gibt es an {school} nicht.{near}"
        return None

    def _line(self, said: Said) -> LineRef | None:
        order, position = said.get(ListField.ORDER), said.get(ListField.ORDER_LINE)
        if order is None:
            if position is not None:
                self._faults[ListField.ORDER] = "Eine Position braucht eine Bestellung."
            return None
        lines = {
            number: line
            for (name, number), line in self._book.lines.items()
            if name == fold(str(order))
        }
        if not lines:
            self._faults[ListField.ORDER] = f"Die Bestellung „{order}“ gibt es nicht."
            return None
        if position is None and len(lines) == 1:
            return next(iter(lines.values()))
        if position is None or position not in lines:
            numbers = ", ".join(map(str, sorted(lines)))
            self._faults[ListField.ORDER_LINE] = f"Bestellung {order} hat die Positionen {numbers}."
            return None
        return lines[int(str(position))]
