"""Which tables stand where, and what may point at what."""

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models

#: The same table in public (operator's staff, their sessions) and in each reseller's schema.
IN_BOTH = {"tenants.accounts", "django.contrib.sessions"}
OWN = ("kernel", "controlplane", "tenants", "mailcore", "billing")


def models_of(app_names: list[str]) -> Iterator[type[models.Model]]:
    for config in apps.get_app_configs():
        if config.name in app_names and config.name.startswith(OWN):
            yield from config.get_models()


def public_models() -> list[type[models.Model]]:
    return list(models_of([app for app in settings.SHARED_APPS if app not in IN_BOTH]))


def reseller_models() -> list[type[models.Model]]:
    return list(models_of(settings.TENANT_APPS))


def test_only_members_and_their_sessions_stand_in_both_schemas():
    assert set(settings.SHARED_APPS) & set(settings.TENANT_APPS) == IN_BOTH


def test_auth_and_contenttypes_stand_only_in_public():
    only_public = {"django.contrib.auth", "django.contrib.contenttypes"}
    assert only_public <= set(settings.SHARED_APPS)
    assert not only_public & set(settings.TENANT_APPS)


def test_no_public_table_points_into_a_resellers_schema():
    inside = set(reseller_models())
    assert not [
        f"{model.__name__}.{field.name}"
        for model in public_models()
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey) and field.related_model in inside
    ]


def test_public_tables_know_reseller_objects_only_by_their_public_id():
    """A bigint of one schema means something else in the next."""
    assert not [
        f"{model.__name__}.{field.name}"
        for model in public_models()
        for field in model._meta.concrete_fields
        if field.name.endswith("_id")
        and not isinstance(field, models.ForeignKey | models.UUIDField | models.CharField)
    ]


def test_a_reseller_is_called_reseller_id_everywhere():
    strangers = {"tenant_id", "tenant", "reseller_uuid", "customer_id"}
    assert not [
        f"{model.__name__}.{field.name}"
        for model in (*public_models(), *reseller_models())
        for field in model._meta.concrete_fields
        if field.name in strangers and model.__name__ != "ResellerHost"
    ]


def is_part_of_another(model: type[models.Model]) -> bool:
    """A row that belongs to exactly one other is named by that one."""
    return any(isinstance(field, models.OneToOneField) for field in model._meta.get_fields())


@pytest.mark.parametrize("model", reseller_models(), ids=lambda model: model.__name__)
def test_a_resellers_object_has_a_public_id(model):
    assert is_part_of_another(model) or model._meta.get_field("public_id").unique


def test_foreign_keys_stay_inside_their_plane():
    assert not [
        f"{model.__module__}.{model.__name__}.{field.name}"
        for model in (*public_models(), *reseller_models())
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey)
        and isinstance(field.related_model, type)
        and field.related_model.__module__.partition(".")[0] != model.__module__.partition(".")[0]
    ]


#: `last_login` is Django's.
INSTANTS = {"at", "since", "last_login"}


def test_an_instant_is_named_at_and_a_day_on():
    wrong = []
    for model in (*public_models(), *reseller_models()):
        for field in model._meta.concrete_fields:
            if isinstance(field, models.DateTimeField):
                if not (field.name in INSTANTS or field.name.endswith(("_at", "_until"))):
                    wrong.append(f"{model.__name__}.{field.name}")
            elif isinstance(field, models.DateField) and not field.name.endswith(("_on", "_date")):
                wrong.append(f"{model.__name__}.{field.name}")
    assert not wrong


def test_instants_default_to_our_clock():
    """`auto_now` would read the machine's clock behind the back of a simulation."""
    assert not [
        f"{model.__name__}.{field.name}"
        for model in (*public_models(), *reseller_models())
        for field in model._meta.concrete_fields
        if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)
    ]
