"""The words prompts begin with: a dialog over the workflows."""

import reflex as rx

from wrldbldr.components.button import button
from wrldbldr.components.dialog import dialog, heading
from wrldbldr.components.field import error_line, field, text_area
from wrldbldr.domain.prompt_template import TEMPLATE_CHARACTERS
from wrldbldr.state.accounts_own import MyAccount
from wrldbldr.state.prompt_templates import PromptTemplates, TemplateCard


def prompt_templates() -> rx.Component:
    """Whoever is no owner reads them."""
    end = rx.el.div(
        rx.dialog.close(button(rx.cond(MyAccount.is_owner, "Cancel", "Close"), look="ghost")),
        rx.cond(MyAccount.is_owner, button("Save Templates", look="solid", type="submit")),
        class_name="row end-row",
    )
    form = rx.el.form(
        rx.el.fieldset(
            rx.foreach(PromptTemplates.cards, _field), disabled=~MyAccount.is_owner, class_name="col g3 bare"
        ),
        end,
        on_submit=PromptTemplates.save,
        class_name="col g4 dlg-body",
        no_validate=True,
    )
    says = rx.el.p(
        "With these words the prompt of a new picture begins. {name}, {description} and {mood} are filled in; left empty, "
        "a template is as it came.",
        class_name="sm mut",
    )
    return dialog(
        heading("Prompt Templates", says),
        form,
        is_open=PromptTemplates.is_open,
        on_open_change=PromptTemplates.toggle,
        class_name="templates",
    )


def _field(card: rx.vars.ObjectVar[TemplateCard]) -> rx.Component:
    field_id = f"template-{card.asset_type}"
    error = card.error.to(str)
    typed = text_area(
        field_id, error=error, name=card.asset_type, default_value=card.template, rows="2", max_length=TEMPLATE_CHARACTERS,
        spell_check=False,
    )  # fmt: skip
    return rx.el.div(field(f"{card.label}", typed, error_line(field_id, error), field_id=field_id), key=card.asset_type)
