"""What Schemathesis cannot know: which ids there are, and which refusals of good input are no fault of the document."""

import json
import os
import re
import urllib.request
import uuid

import schemathesis
from hypothesis import strategies
from schemathesis.core.parameters import ParameterLocation

URL = os.environ["COBRANCA_URL"]
# The name of the key that asks, which must not be revoked.
OWN_KEY = "primeira chave"
AUTHORIZATION = {"Authorization": "Bearer " + os.environ["COBRANCA_CHAVE"]}

# Refusals that hang on what is stored, on the day, or on what two fields say together: no schema can foresee them.
OF_STATE = set(
    """
    cursor_invalido idempotencia_de_outro_pedido muitos_erros nao_encontrado repetido
    data_passada data_distante data_futura noite_anterior intervalo_invertido nao_combina nao_permitido
    documento_de_outro_devedor outro_devedor fora_da_politica fora_de_uso parcela_de_acordo pagamento_existente status_nao_permite
    canal_de_lembrete confirmacao_obrigatoria coringa_desconhecido coringa_nao_permitido credor_desconhecido destino_invalido
    reposicionamento_nao_e_ultimo reposicionamento_repetido regua_sem_posicao posicao_sem_acao acao_sem_conteudo
    regua_arquivada regua_desconhecida devedor_desconhecido
    credencial_existente credencial_sem_cnpj retorno_invalido retorno_de_outra_remessa
    arquivo_em_preparo arquivo_vazio arquivo_sem_indice arquivo_expurgado arquivo_nao_permite
    template_arquivado template_de_outro_canal template_desconhecido modificador_invalido
    planilha_invalida
    canal_sem_template ninguem_apto posicao_desconhecida resultado_desconhecido
    """.split()
)
# A day or an hour that stands on the wrong side of another one is also `fora_do_intervalo`.
MOMENT = re.compile(r"^(\d{4}-\d\d-\d\d|\d\d:\d\d)")
# What an action, a position, a mapping, a preview or a filter must have hangs on what else it says.
HANGS_ON_OTHERS = re.compile(r"/(assunto|canal|corpo|colunas|data_de|volta_para)$")
# How many places a number has: JSON Schema has `multipleOf` for it, which validators judge by floating point, and wrongly.
PLACES = re.compile(r"^\d+(\.\d{3,}|(\.\d+)?e-)")

# The formats of ours. What else they ask for is in their descriptions.
for name, examples in {
    "cpf-cnpj": ["52998224725", "529.982.247-25", "11222333000181", "12.ABC.345/01DE-35"],
    "telefone-br": ["(11) 98765-4321", "+5511987654321", "1133334444"],
    "fuso-iana": ["America/Sao_Paulo", "UTC", "America/Rio_Branco"],
    "cep": ["01310-100", "69900062"],
    "strftime": ["%d/%m/%Y", "%Y%m%d"],
    "linha-digitavel": ["00190500954014481606906809350314337370000000100"],
    "pix-copia-e-cola": ["00020126580014br.gov.bcb.pix0136123e4567-e12b-12d1-a456-4266554400005204000053039865802BR5913Fulano de Tal6008BRASILIA62070503***63041D3D"],
}.items():
    schemathesis.openapi.format(name, strategies.sampled_from(examples))


def items(resource):
    """What the list of a resource answers, asked for each time: things come and go while the tests run."""
    request = urllib.request.Request(f"{URL}/v1/{resource}", headers=AUTHORIZATION)
    with urllib.request.urlopen(request) as answer:
        return [item for item in json.load(answer)["itens"] if "id" in item and item.get("nome") != OWN_KEY]


def places(path):
    """Every set of ids that fills this path with something that there is."""
    resource = path.split("/")[2]
    if "{posicao}" not in path:
        return [{"id": item["id"]} for item in items(resource)]
    positions = [(regua["id"], posicao) for regua in items("reguas") for posicao in regua["posicoes"]]
    filled = [{"id": regua, "posicao": posicao["id"]} for regua, posicao in positions]
    if "{acao}" not in path:
        return filled
    return [dict(place, acao=acao["id"]) for place, (_, posicao) in zip(filled, positions) for acao in posicao["acoes"]]


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    """Most of the ids that are made up become ids that there are: the others only ever test the 404.

    Only where good ids stand: what was damaged on purpose stays damaged.
    """
    try:
        made_up = uuid.UUID(path_parameters["id"]).int
        good = all(uuid.UUID(value) for value in path_parameters.values())
    except (AttributeError, KeyError, TypeError, ValueError):
        return path_parameters
    known = places(context.operation.path)
    if known and good and made_up % 4:
        path_parameters.update(known[made_up // 4 % len(known)])
    return path_parameters


@schemathesis.hook
def before_call(context, case, **kwargs):
    """Nor may it be revoked by an id that was read from the list of keys."""
    if case.method == "DELETE" and case.operation.path.startswith("/v1/chaves-api/"):
        case.path_parameters["id"] = next((key["id"] for key in items("chaves-api")), str(uuid.uuid4()))


def faults(problem):
    """The codes of a problem, each with the place of the field."""
    fields = [(fault["codigo"], fault["campo"]) for fault in problem.get("erros", [])]
    return fields or [(problem.get("codigo"), "")]


def at(body, pointer):
    """What stands in a body at a pointer."""
    for step in pointer.split("/")[1:]:
        step = step.replace("~1", "/").replace("~0", "~")
        body = body[int(step)] if isinstance(body, list) else (body or {}).get(step)
    return body


def asked(case, pointer):
    """The value that a fault is about: it stands in the body or in the query."""
    for place in (case.body, case.query):
        try:
            found = at(place, pointer)
        except (AttributeError, IndexError, TypeError, ValueError):
            continue
        if found is not None:
            return found
    return None


@schemathesis.check
def refused_for_what_no_schema_says(context, response, case):
    """Input that fits the schema is refused with 422 only for a reason that no schema could give."""
    if response.status_code != 422 or not case.meta.generation.mode.is_positive:
        return
    for code, field in faults(response.json()):
        value = asked(case, field)
        # What was not said became something by the day it is.
        of_a_moment = value is None or MOMENT.match(str(value))
        foreseen = (
            (code == "fora_do_intervalo" and not of_a_moment)
            or (code == "formato_invalido" and not PLACES.match(str(value)))
            or (code == "obrigatorio" and not HANGS_ON_OTHERS.search(field))
            or code not in OF_STATE | {"fora_do_intervalo", "formato_invalido", "obrigatorio"}
        )
        assert not foreseen, f"422 {code} em {field or 'corpo'}: o documento o aceita"


@schemathesis.check
def refuses_item_by_item(context, response, case):
    """A list whose items succeed or fail one by one is answered 200: what is wrong in it is refused there."""
    body = case.meta.components.get(ParameterLocation.BODY)
    if response.status_code == 200 and isinstance(case.body, list) and body and body.mode.is_negative:
        items = response.json()["itens"]
        assert any(item["resultado"] == "recusado" for item in items), "nenhum item foi recusado"
