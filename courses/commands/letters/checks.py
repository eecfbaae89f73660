"""Why a letter is not sent, in words. Parts of the commands."""

from collections.abc import Collection, Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses.models import DischargeLetter
from courses.queries.letters import Draft
from courses.rules.discharge import Lack, result_told
from courses.states import LetterState
from roegfri.medcom import discharge
from roegfri.medcom.writing import lines_of
from roegfri.refusal import Refusal, Words

LACKING: Mapping[Lack, Words] = {
    Lack.CONSENT: gettext_lazy(
        "Borgeren har ikke sagt ja til, at der sendes brev til egen læge. Spørg først."
    ),
    Lack.ATTENDED: gettext_lazy(
        "Borgeren har ikke været til en mødegang, så der er ikke noget at fortælle lægen."
    ),
    Lack.NAME: gettext_lazy("Borgerens navn mangler. Skriv det i sagen under «Ret oplysninger»."),
    Lack.NUMBER: gettext_lazy(
        "Borgeren har intet CPR-nummer i sagen. Skriv det under «Ret oplysninger», eller send"
        " brevet på papir."
    ),
    Lack.PRACTICE: gettext_lazy(
        "Det vides ikke, hvem der er borgerens læge. Vælg lægepraksis, eller send brevet på papir."
    ),
    Lack.EAN: gettext_lazy(
        "Lægepraksis har intet EAN-nummer her. Bed administratoren om at skrive det, eller send"
        " brevet på papir."
    ),
    Lack.SENDER: gettext_lazy(
        "Jeres kommune har intet EAN-nummer her. Bed administratoren om at skrive det, eller send"
        " brevet på papir."
    ),
}


def check_sendable(draft: Draft, text: str, missing: Collection[Lack]) -> None:
    """Raises Refusal for the first thing that is missing, and for a text that cannot be sent."""
    for lack in missing:
        raise Refusal(LACKING[lack])
    if not lines_of(text):
        raise Refusal(_("Skriv brevets tekst."), field="text")
    if (over := discharge.too_many(text)) > 0:
        raise Refusal(
            _("Teksten er %(over)d tegn for lang. Et brev kan være på %(most)d tegn.")
            % {"over": over, "most": discharge.MAX_TEXT},
            field="text",
        )
    if draft.result_consent is None and (words := result_told(text)):
        raise Refusal(
            _(
                "Teksten fortæller, hvordan det gik («%(words)s»), og det har borgeren ikke sagt ja"
                " til. Fjern det, eller spørg borgeren først."
            )
            % {"words": words},
            field="text",
        )


def check_is_first(draft: Draft) -> None:
    """Raises Refusal when a letter about her was sent, or waits to be."""
    if before := draft.letter:
        raise Refusal(
            _(
                "Der er allerede et brev om borgeren, med status «%(state)s». Ret det i stedet for"
                " at sende et nyt."
            )
            % {"state": before.get_state_display()}
        )


def check_is_changed(made: DischargeLetter, before: DischargeLetter) -> None:
    """Raises Refusal when a letter says what the doctor has received or refused already. One that
    nobody answered may be sent as it is once more."""
    if before.state == LetterState.WRITTEN or made.text.strip() != before.text.strip():
        return
    if (made.practice_id, made.receiver_ean) == (before.practice_id, before.receiver_ean):
        raise Refusal(
            _("Intet er rettet. Ret teksten, eller vælg en anden lægepraksis."), field="text"
        )


def newest_letter(
    draft: Draft, letter: DischargeLetter, states: Collection[LetterState]
) -> DischargeLetter:
    """The letter as it is now. Raises Refusal when another has taken its place, or by its state."""
    now = draft.letter
    if now is None or now.pk != letter.pk:
        raise Refusal(_("Brevet er rettet eller stoppet i mellemtiden. Genindlæs siden."))
    if now.state not in states:
        raise Refusal(
            _("Et brev kan rettes, når det er afsendt. Status er nu «%(state)s».")
            % {"state": now.get_state_display()}
        )
    return now
